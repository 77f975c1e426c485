import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, vi } from "vitest";
import { gitText } from "#server/git/run.ts";
import { respondToRequest } from "#server/human-requests/operations.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { repositoryPath } from "#server/repos/queries.ts";
import { approveTask } from "#server/reviews/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { bringAgent } from "../../sessions/test/conversing.ts";
import { type CodingTeams, soon } from "./coding-teams.ts";

export const usage = { input: 1_000, output: 100 };
const microsACall = 1_000 * 2 + 100 * 10;
export const call = (name: string, input: unknown): LabAnswer => ({ toolCalls: [{ name, input }], usage });

/** Where the files of a session are, as its agent sees it. */
const work = "/work";
/** The agents that do the same, each with tools of its own names. */
const kinds = {
  entourage: {
    mode: "edits",
    write: (content: string) => call("write", { path: "hello.txt", content }),
    run: (command: string) => call("bash", { command }),
  },
  "claude-sdk": {
    mode: "acceptEdits",
    write: (content: string) => call("Write", { file_path: join(work, "hello.txt"), content }),
    run: (command: string) => call("Bash", { command, description: "Push" }),
  },
};
export type Kind = keyof typeof kinds;

const goOn = "To the work, please.";

/** What each says of a file that it wrote, or that was there already: the last words before a kill may be lost. */
const isWritten = /Wrote hello.txt|File created successfully|has been updated successfully|has not been read yet/;

/**
 * A model that talks until somebody stops it and says what it is for; then it looks at what is done and does the next
 * thing: writes, pushes, asks for the review, ends.
 */
const worker =
  (text: string, kind: Kind) =>
  ({ texts }: LabRequest): LabAnswer => {
    const told = texts.join("\n");
    if (!told.includes(goOn)) return { text: "word ".repeat(4_000), pieceDelayMs: 20 };
    const [, branch = ""] = /git push origin HEAD:([\w-]+)/.exec(told) ?? [];
    // What is run never reads as what it says.
    const push = `git add -A && git commit -qm "${text}" && git push -q origin HEAD:${branch} && echo "pushed" ${text}.`;
    if (!isWritten.test(told)) return kinds[kind].write(`${text}\n`);
    if (!told.includes(`pushed ${text}.`)) return kinds[kind].run(push);
    if (!told.includes("in_review"))
      return call("mcp__entourage__request_review", { task: branch.split("-")[1] ?? "", summary: "It says hello." });
    return { text: "Handed over.", usage };
  };

const ended = (stopReason: string) => ({ kind: "turn", state: "ended", stopReason });

/**
 * A task from the board to the merge: its agent is stopped in its words and goes on, asks before it pushes, its worker is
 * killed while it waits, another takes it up, and it hands over what is reviewed and merged.
 * @returns what the file it was to write says in the default branch, at last: hello
 */
export async function doWholeTask(
  { runtime, db, run, openTeam, startWorker }: CodingTeams,
  kind: Kind,
): Promise<string> {
  const agents: Record<string, string> = kind === "claude-sdk" ? { [kind]: await bringAgent(kind) } : {};
  const team = await openTeam(worker("hello", kind), { kind, mode: kinds[kind].mode });
  const { org, task, becomes, session, updates, reading, repo } = team;
  const first = startWorker(agents);
  const pending = () =>
    vi.waitFor(async () => {
      const { waitsFor, status } = await reading();
      if (!waitsFor) throw new Error("nobody is asked yet");
      expect(status).toBe("blocked");
      return waitsFor.request;
    }, soon);
  const words = async () =>
    (await updates()).flatMap((update) => (update.kind === "text" ? [update.text] : [])).join("");
  await vi.waitFor(async () => expect(await words()).toContain("word"), soon);
  const asked = await session();
  await run(sessions.cancelSessionTurn, org.owner, { sessionId: asked.id });
  await vi.waitFor(async () => expect(await updates()).toContainEqual(ended("cancelled")), soon);
  expect((await reading()).status, "who stopped it has something to say").toBe("in_progress");
  await run(sessions.sendSessionMessage, org.owner, { sessionId: asked.id, text: goOn });
  await pending();
  await vi.waitFor(async () => expect((await session()).status).toBe("waiting"), soon);
  await first.kill();
  startWorker(agents);
  await vi.waitFor(async () => expect(await updates()).toContainEqual(ended("interrupted")), soon);
  await vi.waitFor(async () => {
    const { waitsFor, status } = await reading();
    if (waitsFor) await run(respondToRequest, org.owner, { request: waitsFor.request, answer: { approved: true } });
    if (status !== "in_review") throw new Error(`it is ${status}: ${JSON.stringify((await updates()).slice(-8))}`);
  }, soon);
  await vi.waitFor(async () => expect((await session()).status).toBe("ready"), soon);
  const after = await session();
  expect(after.id).toBe(asked.id);
  const told = await updates();
  const booked = told.flatMap((update) => (update.kind === "usage" ? [update.costMicros] : []));
  const broken = booked.filter((micros) => micros !== microsACall);
  expect(broken.length, "no more than the one that was broken off costs otherwise").toBeLessThanOrEqual(1);
  expect(booked.length).toBeGreaterThanOrEqual(4);
  expect(after.costMicros).toBe(booked.reduce((sum, micros) => sum + micros, 0));
  expect((await reading()).costMicros).toBe(after.costMicros);
  const leases = await db.execute<{ live: number }>(
    sql`select count(*) filter (where ended_at is null)::int as live from leases where task_id = ${task.id}`,
  );
  expect(leases).toEqual([{ live: 0 }]);
  expect(
    (await run(sessions.listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id })).sessions,
  ).toHaveLength(1);
  await run(approveTask, org.owner, { task: task.id, text: "Good." });
  await becomes("done");
  const bare = repositoryPath(runtime.settings, { orgId: org.orgId, id: repo.id });
  await vi.waitFor(async () => expect((await session()).status).toBe("stopped"), soon);
  return gitText(["show", "main:hello.txt"], { repository: bare });
}
