import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { gitText } from "#server/git/run.ts";
import { respondToRequest } from "#server/human-requests/operations.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { bundledPrices } from "#server/prices/defaults.ts";
import { repositoryPath } from "#server/repos/queries.ts";
import { approveTask, requestChanges } from "#server/reviews/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { workspacePath } from "#server/workspaces/place.ts";
import { bringAgent } from "../sessions/test/conversing.ts";
import { openCodingTeams } from "./test/coding-teams.ts";

const { runtime, run, lab, openTeam, startWorker } = await openCodingTeams();

/** Some of them take a minute to start on a busy machine. */
const soon = { timeout: 240_000, interval: 100 };
/** Where the files of a session are, as its agent sees it. */
const work = "/work";
const path = join(work, "hello.txt");
const usage = { input: 1_000, output: 100 };
const call = (name: string, input: unknown): LabAnswer => ({ toolCalls: [{ name, input }], usage });
/** Codex runs all it does in a shell of its own walls, and asks where it is told to leave them. */
const escalated = { sandbox_permissions: "require_escalated", justification: "It is needed for the task." };

type Kind = "claude" | "codex" | "gemini" | "opencode";
/** What an agent's model is reached by, and how it writes a file and runs a command. */
interface Way {
  api: "anthropic" | "openai_compatible";
  model: string;
  mode: string;
  baseUrl?: string;
  write: (content: string) => LabAnswer;
  run: (command: string) => LabAnswer;
}
/** The agents that do the same. */
const ways: Record<Kind, Way> = {
  claude: {
    ...{ api: "anthropic", model: "anthropic/claude-sonnet-5-5", mode: "default" },
    write: (content: string) => call("Write", { file_path: path, content }),
    run: (command: string) => call("Bash", { command, description: "Push" }),
  },
  codex: {
    ...{ api: "openai_compatible", model: "openai/gpt-5-codex", mode: "read-only" },
    write: (content: string) =>
      call("exec_command", { cmd: `printf %s '${content}' > hello.txt && echo "File" created`, ...escalated }),
    run: (command: string) => call("exec_command", { cmd: command, ...escalated }),
  },
  gemini: {
    ...{ api: "openai_compatible", model: "google/gemini-2.5-pro", mode: "default", baseUrl: lab.googleUrl },
    write: (content: string) => call("write_file", { file_path: path, content }),
    run: (command: string) => call("run_shell_command", { command, description: "Push" }),
  },
  opencode: {
    ...{ api: "openai_compatible", model: "openai/gpt-4.1", mode: "build" },
    write: (content: string) => call("write", { filePath: path, content }),
    run: (command: string) => call("bash", { command, description: "Push" }),
  },
};
const kinds: Kind[] = ["claude", "codex", "gemini", "opencode"];

/** What each says of a file that it wrote, or that is there already. */
const isWritten = /File created|has been updated successfully|created and wrote|Wrote file|has not been read yet/i;

/** A model that looks at what is done and does the next thing: writes, pushes, asks for the review, ends. */
const coder =
  (kind: Kind) =>
  ({ texts, tools }: LabRequest): LabAnswer => {
    if (tools.length === 0) return { text: "A title", usage };
    const told = texts.join("\n");
    const [, branch = "", number = ""] = /git push origin HEAD:(task-(\d+)[\w-]*)/.exec(told) ?? [];
    // What is run never reads as what it says.
    const push = (text: string) =>
      ways[kind].run(
        `git add -A && git commit -qm "${text}" && git push -q origin HEAD:${branch} && echo "pushed" ${text}.`,
      );
    const review = (summary: string) =>
      call(tools.find((tool) => tool.endsWith("request_review")) ?? "no request_review", { task: number, summary });
    if (told.includes("Say it in Latin")) {
      // Long, to be cancelled: until somebody says to go on. Gemini CLI forgets what was said in a turn that is cancelled.
      if (!told.includes("Go on, please")) return { text: counting, pieceDelayMs: 20, usage };
      if (!told.includes("pushed salve."))
        return ways[kind].run(
          `echo salve > hello.txt && git commit -qam salve && git push -q origin HEAD:${branch} && echo "pushed" salve.`,
        );
      return told.includes("It speaks Latin.") ? { text: "Handed over again.", usage } : review("It speaks Latin.");
    }
    if (!isWritten.test(told)) return ways[kind].write("hello\n");
    if (!told.includes("pushed hello.")) return push("hello");
    return told.includes("It says hello.") ? { text: "Handed over.", usage } : review("It says hello.");
  };
const counting = Array.from({ length: 800 }, (_, n) => `${n} is a number. `).join("");

const bySize = (one: number, other: number): number => one - other;

/** What a call of a stand-in costs, by the list of prices. */
function microsOf({ model }: LabRequest): number {
  const price = bundledPrices.find((one) => one.model === model);
  if (!price) throw new Error(`no price of ${model}`);
  return (usage.input * price.inputMicros + usage.output * price.outputMicros) / 1_000_000;
}

test.for(kinds)(
  "%s over ACP does a task from the board to the merge: asked, killed with its worker, changed, cancelled, gone on with",
  { timeout: 900_000 },
  async (kind) => {
    const agents = { [kind]: await bringAgent(kind) };
    const key = `the-real-key-of-${kind}`;
    const { org, task, repo, ...team } = await openTeam(coder(kind), { kind, key, ...ways[kind] });
    const { becomes, session, updates, reading } = team;
    const bare = repositoryPath(runtime.settings, { orgId: org.orgId, id: repo.id });
    const answer = (request: string) => run(respondToRequest, org.owner, { request, answer: { approved: true } });
    const pending = () =>
      vi.waitFor(async () => {
        const { waitsFor, status } = await reading();
        if (!waitsFor) throw new Error(`nobody is asked yet: ${JSON.stringify((await updates()).slice(-8))}`);
        expect(status).toBe("blocked");
        return waitsFor.request;
      }, soon);
    /** A person who says yes to whatever is asked. */
    const answeredUntil = (status: string) =>
      vi.waitFor(async () => {
        const now = await reading();
        if (now.waitsFor) await answer(now.waitsFor.request);
        expect(now.status, JSON.stringify((await updates()).slice(-8))).toBe(status);
      }, soon);
    const ended = (stopReason: string) =>
      vi.waitFor(
        async () => expect(await updates()).toContainEqual({ kind: "turn", state: "ended", stopReason }),
        soon,
      );
    const isReady = () => vi.waitFor(async () => expect((await session()).status).toBe("ready"), soon);

    const first = startWorker(agents);
    const toWrite = await pending();
    const begun = await session();
    expect(begun.agentKind).toBe(kind);
    const files = workspacePath(runtime.settings, org.orgId, begun.workspaceId ?? "");
    expect(existsSync(join(files, "hello.txt")), "not before it was allowed").toBe(false);
    await answer(toWrite);
    await vi.waitFor(async () => expect(await pending()).not.toBe(toWrite), soon);
    expect(await readFile(join(files, "hello.txt"), "utf8")).toBe("hello\n");
    await vi.waitFor(async () => expect((await session()).status).toBe("waiting"), soon);

    await first.kill();
    startWorker(agents);
    await ended("interrupted");
    await answeredUntil("in_review");
    await isReady();
    expect((await session()).id).toBe(begun.id);
    const called = () => lab.requests.filter((request) => request.key === key);
    const booked = async () => (await updates()).flatMap((one) => (one.kind === "usage" ? [one.costMicros] : []));
    const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
    // Some name the conversation beside their work: all that was called is booked, each call once.
    await vi.waitFor(async () => {
      const exact = called().map(microsOf);
      expect((await booked()).toSorted(bySize)).toEqual(exact.toSorted(bySize));
      expect((await session()).costMicros).toBe(sum(exact));
      expect((await reading()).costMicros).toBe(sum(exact));
    }, soon);
    expect(JSON.stringify(await updates()), "its memory outlives the worker").not.toContain("begins anew");

    await run(requestChanges, org.owner, { task: task.id, text: "Say it in Latin." });
    await vi.waitFor(async () => expect(JSON.stringify(await updates())).toContain("3 is a number"), soon);
    await run(sessions.cancelSessionTurn, org.owner, { sessionId: begun.id });
    await ended("cancelled");
    await isReady();
    await run(sessions.sendSessionMessage, org.owner, { sessionId: begun.id, text: "Go on, please. Say it in Latin." });
    await answeredUntil("in_review");
    await isReady();
    // A call that is cancelled costs what came of it, and nothing where it was broken off before any answer.
    await vi.waitFor(async () => {
      const costs = await booked();
      expect(costs.length).toBeLessThanOrEqual(called().length);
      expect(await session()).toMatchObject({ id: begun.id, costMicros: sum(costs) });
      expect((await reading()).costMicros).toBe(sum(costs));
    }, soon);

    await run(approveTask, org.owner, { task: task.id, text: "Good." });
    await becomes("done");
    expect(await gitText(["show", "main:hello.txt"], { repository: bare })).toBe("salve");
    await vi.waitFor(async () => expect((await session()).status).toBe("stopped"), soon);
  },
);
