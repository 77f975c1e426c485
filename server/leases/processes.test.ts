import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterAll, expect, test, vi } from "vitest";
import { sql } from "drizzle-orm";
import { type Actor, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import type { RacerAnswer, RacerOrder } from "../test/racer.ts";
import { workIn } from "../test/work.ts";
import { expireLeases } from "./jobs.ts";

const { runtime, db, url } = await openTestRuntime();
const { addTask, claim, read } = workIn(runtime);
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** Starts a process that acts as the agent; resolves when it is connected. */
async function startRacer(actor: Actor) {
  const script = new URL("../test/racer.ts", import.meta.url);
  const child = fork(script, [url, JSON.stringify({ ...actor, permissions: [...actor.permissions] })], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  children.push(child);
  await once(child, "message");
  return {
    child,
    tell: async (order: RacerOrder): Promise<RacerAnswer> => {
      child.send(order);
      const [answer]: RacerAnswer[] = await once(child, "message");
      if (!answer) throw new Error("the process did not answer");
      return answer;
    },
  };
}

const racing = 20;

test("processes race for one task: one has it, and the others are told who does", {
  timeout: 120_000,
}, async () => {
  const org = await createTestOrg(runtime);
  const agents = await Promise.all(Array.from({ length: racing }, () => createTestAgent(runtime, org)));
  const racers = [];
  // A few at a time: all at once would only fight for the processor, not for the task.
  for (let n = 0; n < racing; n += 4) racers.push(...(await Promise.all(agents.slice(n, n + 4).map(startRacer))));
  for (let round = 0; round < 3; round++) {
    const task = await addTask(org);
    const order: RacerOrder = { operation: "claimTask", input: { task: task.id } };
    const answers = await Promise.all(racers.map(({ tell }) => tell(order)));
    const winner = (await read(org.owner, task.id)).lease?.holder;
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const lost = answers.filter((answer) => !answer.ok);
    expect(lost).toHaveLength(racing - 1);
    for (const answer of lost) expect(answer).toMatchObject({ code: "conflict" });
    const told = lost.filter((answer) => answer.message.includes(`held by ${winner?.name}`));
    expect(told.length).toBeGreaterThanOrEqual(racing - 1 - round);
  }
});

test("a claimer that stood still for longer than its lease has every later write refused", {
  timeout: 30_000,
}, async () => {
  const org = await createTestOrg(runtime);
  const zombie = await createTestAgent(runtime, org, { leaseSeconds: 1 });
  const next = await createTestAgent(runtime, org);
  const task = await addTask(org);
  const { child, tell } = await startRacer(zombie);
  expect(await tell({ operation: "claimTask", input: { task: task.id } })).toMatchObject({ ok: true });
  const lease = (await read(org.owner, task.id)).lease?.id;
  child.kill("SIGSTOP");
  const lapsed = sql`select 1 from lease_clocks where lease_id = ${lease} and expires_at < clock_timestamp()`;
  await vi.waitFor(async () => expect(await db.execute(lapsed)).toHaveLength(1), 5_000);
  // Before anybody noticed: the lease is refused by its clock alone.
  const refused = async () => {
    const writes: RacerOrder[] = [
      { operation: "updateTask", input: { task: task.id, title: "mine" } },
      { operation: "updateTask", input: { task: task.id, title: "mine", lease } },
      { operation: "changeStatus", input: { task: task.id, status: "failed", lease } },
      { operation: "changeStatus", input: { task: task.id, status: "blocked" } },
      { operation: "releaseTask", input: { task: task.id, lease } },
      { operation: "heartbeat", input: { lease } },
    ];
    for (const write of writes) expect(await tell(write)).toMatchObject({ ok: false, code: "conflict" });
  };
  child.kill("SIGCONT");
  await refused();
  child.kill("SIGSTOP");
  await inTransaction(runtime, systemActor("", "reaper"), { requestId: "test", system: true }, expireLeases);
  const taken = await claim(next, task.id);
  child.kill("SIGCONT");
  await refused();
  expect(await read(org.owner, task.id)).toMatchObject({
    title: "Task",
    status: "in_progress",
    lease: { id: taken?.lease.id, holder: { id: next.id } },
  });
});
