import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import type { Actor } from "../context.ts";
import { claimTask } from "../leases/operations.ts";
import { waitForWork } from "../dispatch/operations.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestAgent, createTestOrg, type TestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";

const doors = await openTestDoors();
const { run, addTask, read } = workIn(doors.runtime);
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** A real process with the agent's key; `lines` grows with what it says. */
function start(key: string, way: "ask" | "wait" = "ask") {
  const file = join(import.meta.dirname, "test/asker.ts");
  const child = spawn(process.execPath, [file, doors.address, key, way], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  return { child, lines };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const pendingOf = async (org: TestOrg) =>
  (await run(operations.getPendingRequests, org.owner, { teamId: org.teamId })).requests;
const answer = (actor: Actor, request: string, given = "Blue") =>
  run(operations.respondToRequest, actor, { request, answer: given });

test("an agent that was killed while it waited gets the answer after its restart, and asks nothing twice", async () => {
  for (const way of ["wait", "ask"] as const) {
    const org = await createTestOrg(doors.runtime);
    const agent = await createTestAgent(doors.runtime, org, { leaseSeconds: 5 });
    const key = await doors.keyOf(org, agent);
    const task = await addTask(org);
    const first = start(key);
    await expect.poll(() => pendingOf(org), { timeout: 20_000 }).toHaveLength(1);
    const [request] = await pendingOf(org);
    await kill(first.child);
    const before = start(key);
    // Started again before the answer: it waits, holding what it held, and does not get its task as if nothing was asked.
    await expect.poll(() => doors.runtime.parking?.waiting(), { timeout: 20_000 }).toBeGreaterThan(0);
    await kill(before.child);
    await answer(org.owner, request?.id ?? "");
    const second = start(key, way);
    await once(second.child, "exit");
    expect(second.lines).toEqual([{ got: "answer", answer: "Blue", task: task.number }]);
    expect((await read(agent, task.id)).lease?.holder.id).toBe(agent.id);
    const { requests } = await run(operations.listRequests, org.owner, { teamId: org.teamId });
    expect(requests).toHaveLength(1);
  }
}, 60_000);

test("a waiting process is woken by the answer, and told once", async () => {
  const org = await createTestOrg(doors.runtime);
  const agent = await createTestAgent(doors.runtime, org);
  const key = await doors.keyOf(org, agent);
  await addTask(org);
  const asker = start(key);
  await expect.poll(() => pendingOf(org), { timeout: 20_000 }).toHaveLength(1);
  const [request] = await pendingOf(org);
  await answer(org.owner, request?.id ?? "", "Green");
  await once(asker.child, "exit");
  expect(asker.lines.at(-1)).toMatchObject({ asked: request?.id, status: "resolved", answer: "Green" });
  const { work } = await run(waitForWork, agent, { timeoutSeconds: 0 });
  expect(work?.kind).toBe("task");
}, 40_000);

test("an agent that never comes back loses the task after the answer, and the next holder reads what was said", async () => {
  const org = await createTestOrg(doors.runtime);
  const [gone, next] = [await createTestAgent(doors.runtime, org), await createTestAgent(doors.runtime, org)];
  const task = await addTask(org);
  await run(claimTask, gone, { task: task.id });
  const { request } = await run(operations.askHuman, gone, { title: "Which port?", timeoutSeconds: 0 });
  await doors.db.execute(`update lease_clocks set renewed_at = now() - interval '1 hour'`);
  const { expireLeases } = await import("../leases/jobs.ts");
  const { systemActor } = await import("../context.ts");
  const { inTransaction } = await import("../execute.ts");
  const reap = () =>
    inTransaction(doors.runtime, systemActor("", "reaper"), { requestId: "test", system: true }, expireLeases);
  await reap();
  expect((await read(org.owner, task.id)).status, "the clock stands still").toBe("blocked");
  await answer(org.owner, request, "4000");
  await doors.db.execute(`update lease_clocks set expires_at = now() - interval '1 second'`);
  await reap();
  expect((await read(org.owner, task.id)).status).toBe("todo");
  const { work } = await run(waitForWork, next, { timeoutSeconds: 0 });
  expect(work).toMatchObject({ kind: "task", task: { requests: [{ title: "Which port?", answer: "4000" }] } });
});
