import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import { type Actor, systemActor } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { listRequests, respondToRequest } from "#server/human-requests/operations.ts";
import type { LabAnswer, LabRequest } from "#server/llm/test/lab-answer.ts";
import { openModelLab, type Script } from "#server/llm/test/model-lab.ts";
import { pauseWork } from "#server/pauses/operations.ts";
import { openSecrets } from "#server/keyring.ts";
import { call, log, openWorkshop } from "#server/repos/test/workshop.ts";
import { execute, inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { settleWaits } from "#server/resources/service.ts";
import { as, createTestAgent, type TestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { getTurnLog } from "#server/turns/operations.ts";
import { takeAnswered } from "#server/turns/service.ts";
import { readCommit } from "#server/git/history.ts";
import { startTurns } from "../dispatch/turns.ts";
import { openExecutor } from "./executor.ts";
import { removeLeftWorkspaces } from "./workspace.ts";

const shop = await openWorkshop();
const { runtime, db } = shop;
const { run, addTask, read } = workIn(runtime);
const lab = await openModelLab();
afterAll(() => lab.close());

/** A worker's share of this: dispatcher and executor, as its part starts them. */
function startWorker(limit = 32) {
  const secrets = openSecrets(runtime.settings.dataDir);
  const executor = openExecutor({ runtime, secrets, log });
  const turns = startTurns(runtime, {
    ...{ limit, drivers: { model: executor.drive }, isResting: executor.isResting },
    takeWaiting: async (context, most) =>
      (await takeAnswered(context, most)).map((grant) => ({ grant, kind: "model" as const })),
    onError: () => undefined,
  });
  const stop = async () => {
    executor.stop();
    await turns.stop();
    await executor.close();
  };
  return { stop, running: turns.running };
}

/** An organization with a key and an agent; what the model says is decided by the test. */
async function openOrg(script: Script) {
  const org = await shop.newOrg();
  const { owner } = org;
  const input = { api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: org.orgId };
  await run(saveCredentialOperation, owner, input);
  const agent = await createTestAgent(runtime, org, { runtime: "model", slots: 8 });
  scripts.set(org.orgId, script);
  lab.answerWith((request) => scripts.get(request.key)?.(request) ?? { text: "ok" });
  onTestFinished(() =>
    as(runtime, owner, (context) =>
      record(context, "organization.paused", [{ subject: org.orgId, data: { reason: "The test is over." } }]),
    ),
  );
  return { org, agent };
}
const scripts = new Map<string, Script>();

function work() {
  const worker = startWorker();
  onTestFinished(worker.stop);
  return worker;
}

const statusOf = async (actor: Actor, taskId: string) => (await read(actor, taskId)).status;
const logOf = (org: TestOrg, task: string) => execute(getTurnLog, runtime, org.owner, { task }, call);
const isJudge = ({ body }: LabRequest) => JSON.stringify(body).includes("You check work against");

test("a task without a repository is done with the model's words, its usage and its conversation on record", async () => {
  const { org } = await openOrg(({ toolResults }) =>
    toolResults === 0
      ? { text: "Looking.", toolCalls: [{ name: "no_such_tool", input: {} }], usage: { input: 100, output: 20 } }
      : { text: "It is blue.", usage: { input: 200, output: 10, cacheRead: 100 } },
  );
  const task = await addTask(org, { title: "Which colour is it?", type: "research" });
  work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 10_000);
  const { turns, entries } = await logOf(org, task.id);
  expect(turns).toMatchObject([{ attempt: 1, status: "finished", output: "It is blue.", resumed: 0 }]);
  expect(entries.map(({ kind }) => kind)).toEqual(["text", "text", "tool-call", "tool-result", "text"]);
  expect(entries[0]?.text).toContain("Which colour is it?");
  expect(entries[3]?.text).toContain("no_such_tool");
  // Haiku: 0.5 a token in, 2.5 out, 0.05 from the cache.
  const [spent] = await db.execute(sql`select cost_micros::int as micros from task_costs where task_id = ${task.id}`);
  expect(spent).toEqual({ micros: 50 + 50 + 100 + 25 + 5 });
});

test("in a repository the files a model wrote are committed to the task's branch and given to review", async () => {
  const { org, agent } = await openOrg(({ toolResults }) =>
    toolResults === 0
      ? { toolCalls: [{ name: "write_file", input: { path: "src/hello.txt", content: "hello\n" } }] }
      : { text: "I wrote hello." },
  );
  const repo = await shop.addRepo(org);
  const task = await addTask(org, { title: "Say hello", repoId: repo.id });
  work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 10_000);
  const head = await readCommit(shop.bare(org, repo), `refs/heads/${task.branch}`);
  const { reviews } = await read(org.owner, task.id);
  expect(reviews).toMatchObject([{ commit: head, summary: "I wrote hello.", author: { id: agent.id } }]);
});

test("a question parks the turn without holding a place in the worker, and the answer goes on with it", async () => {
  const { org } = await openOrg(({ toolResults, texts }) =>
    toolResults === 0
      ? { toolCalls: [{ name: "ask_human", input: { question: "Red or blue?", options: ["red", "blue"] } }] }
      : { text: `They said ${texts.at(-1)?.includes("blue") ? "blue" : "something else"}.` },
  );
  const task = await addTask(org, { title: "Paint it" });
  const worker = work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("blocked"), 10_000);
  await vi.waitFor(() => expect(worker.running()).toBe(0), 15_000);
  const { requests } = await run(listRequests, org.owner, {});
  expect(requests).toMatchObject([{ title: "Red or blue?", status: "pending" }]);
  await run(respondToRequest, org.owner, { request: requests[0]?.id, answer: "blue" });
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 10_000);
  expect((await logOf(org, task.id)).turns).toMatchObject([{ attempt: 1, output: "They said blue." }]);
});

test("a check that fails goes back with what is missing, and the next try is one tier up", async () => {
  const models: string[] = [];
  const { org } = await openOrg((request) => {
    if (isJudge(request)) {
      const isDone = request.texts.join("").includes("with a number");
      return {
        text: JSON.stringify({ criteria: [{ number: 1, state: isDone ? "met" : "unmet", why: "No number." }] }),
      };
    }
    models.push(request.model);
    return { text: request.texts.some((text) => text.includes("No number.")) ? "done with a number" : "done" };
  });
  const task = await addTask(org, { title: "Count", type: "docs" });
  await db.execute(sql`update tasks set acceptance_criteria = '{"It has a number."}' where id = ${task.id}`);
  work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("done"), 10_000);
  expect(models).toEqual(["claude-haiku-5-5", "claude-sonnet-5-5"]);
});

test("a pause stops a turn within a second, in the middle of an answer, and what it used is booked", async () => {
  const { org } = await openOrg(() => ({ text: "word ".repeat(2_000), pieceDelayMs: 20 }));
  const task = await addTask(org, { title: "Talk" });
  const worker = work();
  await vi.waitFor(async () => expect((await logOf(org, task.id)).parts.length).toBeGreaterThan(0), 10_000);
  await run(pauseWork, org.owner, { teamId: org.teamId, reason: "Stop.", mode: "hard" });
  const stopped = performance.now();
  await vi.waitFor(() => expect(worker.running()).toBe(0), { timeout: 3_000, interval: 20 });
  expect(performance.now() - stopped).toBeLessThan(1_500);
  expect(await statusOf(org.owner, task.id)).toBe("todo");
  const [money] =
    await db.execute(sql`select (select count(*)::int from usage_records where org_id = ${org.orgId}) as calls,
    (select count(*)::int from reservations where org_id = ${org.orgId} and status = 'open') as open`);
  expect(money).toEqual({ calls: 1, open: 0 });
});

test("a worker that stops hands its turns back, and the next goes on where it was: no call and no tool twice", async () => {
  const gate = Promise.withResolvers<undefined>();
  const { org } = await openOrg(async ({ toolResults }) => {
    if (toolResults === 0)
      return { toolCalls: [{ name: "write_file", input: { path: "one.txt", content: "1" }, id: "one" }] };
    if (!stopped) await gate.promise;
    return { text: "Written." };
  });
  let stopped = false;
  const repo = await shop.addRepo(org);
  const task = await addTask(org, { title: "Write", repoId: repo.id });
  const first = startWorker();
  await vi.waitFor(
    async () => expect((await logOf(org, task.id)).entries.map(({ kind }) => kind)).toContain("tool-result"),
    10_000,
  );
  stopped = true;
  await first.stop();
  gate.resolve(undefined);
  expect(await statusOf(org.owner, task.id)).toBe("todo");
  work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 10_000);
  expect((await logOf(org, task.id)).turns).toMatchObject([{ attempt: 1, resumed: 1, status: "finished" }]);
  const calls = await db.execute(sql`select 1 from tool_calls where org_id = ${org.orgId}`);
  expect(calls.length).toBe(1);
});

test("a model that goes round in circles fails its task and says so", async () => {
  const { org } = await openOrg(() => ({ toolCalls: [{ name: "read_nothing", input: { path: "a" } }] }));
  const task = await addTask(org, { title: "Loop" });
  work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("failed"), 10_000);
  expect((await logOf(org, task.id)).turns).toMatchObject([
    { status: "failed", reason: expect.stringContaining("round in circles") },
  ]);
});

/** Beyond 2 MB an answer is cut off; 100,000 levels are more than any database or stack takes. */
const odd: [string, LabAnswer, string, RegExp][] = [
  ["answers without end", { text: "y".repeat(3_000_000), pieceLength: 65_536 }, "failed", /cut off/],
  [
    "sends arguments 100,000 levels deep",
    { rawToolCalls: [{ name: "lookup_type", input: `{"name":${"[".repeat(100_000)}${"]".repeat(100_000)}}` }] },
    "in_review",
    /Whole/,
  ],
  [
    "sends arguments that are no JSON, to a tool that is none",
    {
      rawToolCalls: [
        { name: "lookup_type", input: '{"name": ' },
        { name: "rm -rf", input: "[]" },
      ],
    },
    "in_review",
    /Whole/,
  ],
];
test.for(odd)(
  "a model that %s brings its task to a clear end, with the money right",
  { timeout: 40_000 },
  async ([, first, status, words]) => {
    let asked = 0;
    const { org } = await openOrg(() => (++asked === 1 ? first : { text: "Whole." }));
    const task = await addTask(org, { title: "Odd" });
    work();
    await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe(status), 20_000);
    const { turns } = await logOf(org, task.id);
    expect(turns).toHaveLength(1);
    expect(`${turns[0]?.reason ?? ""} ${turns[0]?.output ?? ""}`).toMatch(words);
    const [money] = await db.execute(sql`select
    (select count(*)::int from usage_records where org_id = ${org.orgId}) as calls,
    (select count(*)::int from reservations where org_id = ${org.orgId} and status = 'open') as open,
    (select sum(cost_micros)::int from usage_records where org_id = ${org.orgId})
      - (select settled_micros::int from budget_counters c join budgets b on b.org_id = c.org_id and b.id = c.budget_id
         where c.org_id = ${org.orgId} and b.scope_id = ${org.teamId} limit 1) as missing`);
    expect(money).toEqual({ calls: asked, open: 0, missing: 0 });
  },
);

test("while no model can be called its tasks stay free, with the reason; afterwards they are done", async () => {
  let isBusy = true;
  const { org } = await openOrg(() => (isBusy ? { status: 429, retryAfter: 1 } : { text: "At last." }));
  const task = await addTask(org, { title: "Patience" });
  work();
  await vi.waitFor(async () => {
    const { turns } = await logOf(org, task.id);
    expect(turns).toMatchObject([{ status: "handed_back", reason: expect.stringContaining("left alone until") }]);
  }, 10_000);
  isBusy = false;
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 15_000);
}, 30_000);

test("a task whose only provider is down waits and says so, is asked of nobody meanwhile, and goes on when it answers again", async () => {
  let asked = 0;
  const { org } = await openOrg(() => ({ text: `Answer ${++asked}.` }));
  const see = (status: string) =>
    db.execute(sql`insert into org_resources (org_id, name, status, detail, data, since, checked_at)
      values (${org.orgId}, 'model:anthropic', ${status}, 'It does not answer.', '{}', now(), now())
      on conflict (org_id, name) do update set status = excluded.status`);
  await see("down");
  const task = await addTask(org, { title: "Wait for it" });
  work();
  await vi.waitFor(
    async () =>
      expect((await read(org.owner, task.id)).waitsForResource).toMatchObject({
        resource: "model:anthropic",
        reason: expect.stringContaining("anthropic is down: It does not answer."),
      }),
    10_000,
  );
  const settle = () =>
    inTransaction(runtime, systemActor("", "monitor"), { requestId: "test", system: true }, settleWaits);
  await settle();
  expect((await read(org.owner, task.id)).waitsForResource).not.toBe(null);
  expect([asked, (await logOf(org, task.id)).turns.length]).toEqual([0, 1]);
  await see("up");
  await settle();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 10_000);
  expect((await logOf(org, task.id)).turns).toMatchObject([{ attempt: 1, output: "Answer 1." }]);
});

test("the folder of a turn that ended is removed when its process could not; what is no turn's stays", async () => {
  const { org } = await openOrg(({ toolResults }) =>
    toolResults === 0 ? { toolCalls: [{ name: "write_file", input: { path: "a", content: "a" } }] } : { text: "Done." },
  );
  const repo = await shop.addRepo(org);
  const task = await addTask(org, { title: "Leave a folder", repoId: repo.id });
  work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 10_000);
  const { turns } = await logOf(org, task.id);
  const root = join(runtime.settings.dataDir, "workspaces", org.orgId);
  const [left, other] = [join(root, turns[0]?.id ?? "none", "files"), join(root, newId(), "files")];
  for (const folder of [left, other]) mkdirSync(folder, { recursive: true });
  await removeLeftWorkspaces(runtime);
  expect([existsSync(left), existsSync(other)]).toEqual([false, true]);
});

test("a model that streams half and dies is asked again, and the turn goes on", async () => {
  let asked = 0;
  const { org } = await openOrg(() => (++asked === 1 ? { text: "x".repeat(200), dieAfter: 2 } : { text: "Whole." }));
  const task = await addTask(org, { title: "Half" });
  work();
  await vi.waitFor(async () => expect(await statusOf(org.owner, task.id)).toBe("in_review"), 10_000);
  expect((await logOf(org, task.id)).turns).toMatchObject([{ output: "Whole.", attempt: 1 }]);
});
