import { fork } from "node:child_process";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { createAgent } from "#server/agents/operations.ts";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { gitText } from "#server/git/run.ts";
import { getPendingRequests, respondToRequest } from "#server/human-requests/operations.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { createLogger } from "#server/log.ts";
import { getRepo, registerRepo } from "#server/repos/operations.ts";
import { approveTask, requestChanges } from "#server/reviews/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { repositoryPath } from "#server/repos/queries.ts";
import { assignTask, changeStatus } from "#server/tasks/operations.ts";
import { sendMessageOperation } from "#server/messages/operations.ts";
import { setBudget } from "#server/budgets/operations.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { startRepositoryCopies } from "../jobs/prepare-repo.ts";
import { startMerging } from "../merge/merging.ts";
import { bringAgent } from "../sessions/test/conversing.ts";
import { startCrew } from "./test/crew.ts";

const { runtime, db, address, url } = await openTestDoors({
  ENTOURAGE_TRUSTED_HOSTS: "127.0.0.1,localhost",
  ENTOURAGE_LEASE_SECONDS: "8",
});
const { run, addTask, read } = workIn(runtime);
const log = createLogger("test");
const copies = startRepositoryCopies(runtime, { log });
const merging = startMerging(runtime, { log });
const lab = await openModelLab();
afterAll(async () => {
  await copies.stop();
  await merging.stop();
  await lab.close();
});
const generous = { timeout: 300_000 };
const soon = { timeout: 90_000, interval: 50 };

/** A team with a repository and one coding agent, whose model says what `script` says. */
async function openTeam(script: (request: LabRequest) => LabAnswer, { kind = "entourage", mode = "auto" } = {}) {
  const org = await createTestOrg(runtime);
  await run(saveCredentialOperation, org.owner, {
    ...{ api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "the-real-key" },
  });
  lab.answerWith(script);
  const { repo } = await run(registerRepo, org.owner, { teamId: org.teamId, name: "app" });
  await vi.waitFor(
    async () => expect((await run(getRepo, org.owner, { repoId: repo.id })).repo.status).toBe("ready"),
    soon,
  );
  const { agent } = await run(createAgent, org.owner, {
    ...{
      teamId: org.teamId,
      name: "coder",
      runtime: "acp",
      agentKind: kind,
      model: "anthropic/claude-sonnet-5-5",
      mode,
    },
  });
  const task = await addTask(org, { title: "Say hello", repoId: repo.id, assignee: { kind: "agent", id: agent.id } });
  const reading = () => read(org.owner, task.id);
  const becomes = (status: string) => vi.waitFor(async () => expect((await reading()).status).toBe(status), soon);
  const session = () =>
    vi.waitFor(async () => {
      const [found] = (await run(sessions.listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id }))
        .sessions;
      if (!found) throw new Error("no session yet");
      return found;
    }, soon);
  const updates = async () =>
    (await run(sessions.listSessionChunks, org.owner, { sessionId: (await session()).id, limit: 2_000 })).chunks.map(
      ({ update }) => update,
    );
  return { org, agent, task, repo, reading, becomes, session, updates };
}

const usage = { input: 1_000, output: 100 };
const microsACall = 1_000 * 2 + 100 * 10;
const call = (name: string, input: unknown): LabAnswer => ({ toolCalls: [{ name, input }], usage });

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
type Kind = keyof typeof kinds;

/** A model that looks at what is done and does the next thing: writes, pushes, asks for the review, ends. */
const worker =
  (text: string, kind: Kind) =>
  ({ texts }: LabRequest): LabAnswer => {
    const told = texts.join("\n");
    const [, branch = ""] = /git push origin HEAD:([\w-]+)/.exec(told) ?? [];
    // What is run never reads as what it says.
    const push = `git add -A && git commit -qm "${text}" && git push -q origin HEAD:${branch} && echo "pushed" ${text}.`;
    if (!/Wrote hello.txt|File created successfully/.test(told)) return kinds[kind].write(`${text}\n`);
    if (!told.includes(`pushed ${text}.`)) return kinds[kind].run(push);
    if (!told.includes("in_review"))
      return call("mcp__entourage__request_review", { task: branch.split("-")[1] ?? "", summary: "It says hello." });
    return { text: "Handed over.", usage };
  };

/** A worker in a process of its own. */
function startWorker(agents: Record<string, string>) {
  const script = join(import.meta.dirname, "test/crew-process.ts");
  const worker = fork(script, [url, address, JSON.stringify(runtime.settings), JSON.stringify(agents)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const kill = () =>
    new Promise<void>((gone) => {
      if (worker.exitCode !== null || worker.signalCode !== null) return gone();
      worker.once("exit", () => gone());
      worker.kill("SIGKILL");
    });
  onTestFinished(kill);
  return { kill };
}

test.each<Kind>(["entourage", "claude-sdk"])(
  "%s does a task from the board to the merge, though its worker is killed while it waits for a permission",
  generous,
  async (kind) => {
    const agents = kind === "claude-sdk" ? { [kind]: await bringAgent(kind) } : {};
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
    await pending();
    const asked = await session();
    await vi.waitFor(async () => expect((await session()).status).toBe("waiting"), soon);
    await first.kill();
    startWorker(agents);
    await vi.waitFor(
      async () => expect(await updates()).toContainEqual({ kind: "turn", state: "ended", stopReason: "interrupted" }),
      soon,
    );
    await vi.waitFor(async () => {
      const { waitsFor, status } = await reading();
      if (waitsFor) await run(respondToRequest, org.owner, { request: waitsFor.request, answer: { approved: true } });
      expect(status).toBe("in_review");
    }, soon);
    await vi.waitFor(async () => expect((await session()).status).toBe("ready"), soon);
    const after = await session();
    expect(after.id).toBe(asked.id);
    const told = await updates();
    const booked = told.flatMap((update) => (update.kind === "usage" ? [update.costMicros] : []));
    expect(new Set(booked)).toEqual(new Set([microsACall]));
    expect(after.costMicros).toBe(booked.length * microsACall);
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
    expect(await gitText(["show", "main:hello.txt"], { repository: bare })).toBe("hello");
    await vi.waitFor(async () => expect((await session()).status).toBe("stopped"), soon);
  },
);

test(
  "what people say about a task reaches its session: an answer, a remark, changes they ask for; cancelled, it ends",
  generous,
  async () => {
    const push = (text: string, branch: string) =>
      call("bash", {
        command: `echo ${text} > hello.txt; git add -A; git commit -qm ${text}; git push -q origin HEAD:${branch}; echo pushed ${text}.`,
      });
    const review = (number: string, said: string) =>
      call("mcp__entourage__request_review", { task: number, summary: said });
    const { org, task, becomes, session, updates } = await openTeam(({ texts }) => {
      const told = texts.join("\n");
      const [, branch = "", number = ""] = /git push origin HEAD:(task-(\d+)[\w-]*)/.exec(told) ?? [];
      if (told.includes("Never mind")) return { text: "I read it." };
      if (told.includes("Say it in Latin")) {
        if (!told.includes("pushed salve.\\n")) return push("salve", branch);
        return told.includes("Latin it is.") ? { text: "Done again." } : review(number, "Latin it is.");
      }
      if (told.includes("answered your question")) {
        if (!told.includes("pushed hello.\\n")) return push("hello", branch);
        return told.includes("As you said.") ? { text: "Done." } : review(number, "As you said.");
      }
      if (!told.includes("Which word?"))
        return call("mcp__entourage__ask_human", { title: "Which word?", timeoutSeconds: 0 });
      return { text: "I wait." };
    });
    const crew = startCrew(runtime, { web: address });
    onTestFinished(() => crew.stop());
    await becomes("blocked");
    await vi.waitFor(async () => expect((await session()).status).toBe("ready"), soon);
    const { requests } = await run(getPendingRequests, org.owner, {});
    await run(respondToRequest, org.owner, { request: requests[0]?.id, answer: "hello" });
    await becomes("in_review");
    const { id } = await session();
    await run(requestChanges, org.owner, { task: task.id, text: "Say it in Latin." });
    await vi.waitFor(
      async () => expect((await updates()).map((one) => JSON.stringify(one)).join()).toContain("Done again."),
      soon,
    );
    await becomes("in_review");
    expect(
      (await run(sessions.listSessionsOperation, org.owner, { teamId: org.teamId, task: task.id })).sessions,
    ).toMatchObject([{ id }]);
    await run(sendMessageOperation, org.owner, { task: task.id, body: "Never mind the accent." });
    await vi.waitFor(async () => expect(JSON.stringify(await updates())).toContain("I read it."), soon);
    const said = (await updates()).flatMap((update) => (update.kind === "user" ? [update.by] : []));
    expect(said.filter((by) => by === "Olivia")).toHaveLength(2);
    await run(changeStatus, org.owner, { task: task.id, status: "cancelled" });
    await vi.waitFor(async () => expect((await session()).status).toBe("stopped"), soon);
  },
);

test(
  "an agent that hands nothing over is told so three times, then people decide; at a cap it stops and waits for money",
  generous,
  async () => {
    const { org, agent, becomes, updates, reading, repo } = await openTeam(() => ({ text: "All done!", usage }));
    const crew = startCrew(runtime, { web: address });
    onTestFinished(() => crew.stop());
    await becomes("failed");
    const nudges = (await updates()).filter(
      (update) => update.kind === "user" && update.text.includes("is not handed over"),
    );
    expect(nudges.length).toBeGreaterThanOrEqual(3);
    expect((await reading()).lease).toBeNull();
    const second = await addTask(org, { title: "Costly", repoId: repo.id });
    await run(setBudget, org.owner, { task: second.id, period: "life", capMicros: 100 });
    await run(assignTask, org.owner, { task: second.id, assignee: { kind: "agent", id: agent.id } });
    await vi.waitFor(async () => {
      const events = await db.execute<{ reason: string }>(sql`select data->>'reason' as reason from events
      where task_id = ${second.id} and type = 'task.status_changed' and data->>'to' = 'todo'`);
      expect(events.map(({ reason }) => reason).join()).toMatch(/budget|cap|money/i);
    }, soon);
    expect((await read(org.owner, second.id)).costMicros).toBe(0);
  },
);
