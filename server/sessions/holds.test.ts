import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Context, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { expireLeases } from "../leases/jobs.ts";
import { findUnsettled } from "../task-sessions/settling.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { createSession } from "./conversations.ts";
import { appendChunks, holdSeconds, lockHeld, renewHolds, takeSessions } from "./driving.ts";
import { createSessionInput } from "./schema.ts";

const { runtime, db } = await openTestRuntime();
const { addTask, claim, read } = workIn(runtime);
const everywhere = <Result>(work: (context: Context) => Promise<Result>) =>
  inTransaction(runtime, systemActor("", "sessions"), { requestId: newId(), system: true }, work);

/** An agent at its task in a session that one worker drives. */
async function openHeld() {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { runtime: "acp" });
  const task = await addTask(org);
  const held = await claim(agent, task.id);
  const [first, second] = [newId(), newId()];
  const sessionId = await as(runtime, agent, async (context) => {
    const input = createSessionInput.parse({ teamId: org.teamId, task: task.id, model: "anthropic/claude-sonnet-5-5" });
    const id = await createSession(context, { ...input, agentId: agent.id });
    await context.tx.execute(sql`update session_runs set lease_id = ${held?.lease.id} where session_id = ${id}`);
    return id;
  });
  const take = (holder: string) => everywhere((context) => takeSessions(context, holder, 100));
  const isHeldBy = (holder: string) =>
    as(runtime, org.owner, async (context) => (await lockHeld(context, holder, sessionId)) !== undefined);
  const say = (holder: string, seq: number) =>
    as(runtime, org.owner, (context) =>
      appendChunks(context, holder, { orgId: org.orgId, sessionId }, [
        { seq, turn: 1, kind: "text", data: { kind: "text", text: "!" }, at: new Date().toISOString() },
      ]),
    );
  const pass = () => db.execute(sql`update session_runs set held_until = now() where session_id = ${sessionId}`);
  return { org, task, agent, sessionId, first, second, take, isHeldBy, say, pass };
}

test("a dead worker's session is free before the lease of its task ends, and never later than four fifths of it", async () => {
  const { sessionId, first, second, take, task, org, agent, pass } = await openHeld();
  expect(await take(first)).toContainEqual({ orgId: org.orgId, sessionId, agentName: agent.name });
  const bounds = () =>
    db.execute(sql`select r.held_until <= now() + make_interval(secs => ${holdSeconds(runtime.settings)}) as "isBounded",
        c.expires_at - r.held_until > make_interval(secs => ${runtime.settings.leaseSeconds.driven * 0.15}) as "isFirst"
      from session_runs r join lease_clocks c on c.org_id = r.org_id and c.lease_id = r.lease_id where r.session_id = ${sessionId}`);
  expect(await bounds()).toEqual([{ isBounded: true, isFirst: true }]);
  expect(await everywhere((context) => renewHolds(context, first))).toContain(sessionId);
  expect(await bounds()).toEqual([{ isBounded: true, isFirst: true }]);
  expect(await take(second), "while it lives it is nobody else's").toEqual([]);
  await pass();
  expect(await take(second)).toContainEqual({ orgId: org.orgId, sessionId, agentName: agent.name });
  expect(await bounds()).toEqual([{ isBounded: true, isFirst: true }]);
  expect((await read(org.owner, task.id)).status, "its agent has not lost it").toBe("in_progress");
});

test("where no worker is there to take it, the task is free when its lease ends, and its session is looked after", async () => {
  const { first, take, task, org, pass, sessionId } = await openHeld();
  await take(first);
  await db.execute(sql`update sessions set status = 'running', turns = 1 where id = ${sessionId}`);
  await pass();
  await db.execute(sql`update lease_clocks set expires_at = now() where org_id = ${org.orgId}`);
  await everywhere(expireLeases);
  expect((await read(org.owner, task.id)).status).toBe("todo");
  const unsettled = await everywhere((context) => findUnsettled(context, 1_000));
  expect(
    unsettled.map((one) => one.sessionId),
    "what it did under that lease ends",
  ).toContain(sessionId);
});

test("of two workers that think they drive a session, only the one that took it last is heard; nobody takes their own again", async () => {
  const { sessionId, first, second, take, isHeldBy, say, pass } = await openHeld();
  await take(first);
  await pass();
  expect(await take(first)).toEqual([]);
  expect([await isHeldBy(first), await say(first, 1)], "nobody else has it").toEqual([true, true]);
  expect(await everywhere((context) => renewHolds(context, first))).toContain(sessionId);
  await pass();
  await take(second);
  expect([await isHeldBy(first), await say(first, 2)]).toEqual([false, false]);
  expect(await everywhere((context) => renewHolds(context, first))).not.toContain(sessionId);
  expect([await isHeldBy(second), await say(second, 2)]).toEqual([true, true]);
});
