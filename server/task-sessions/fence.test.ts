import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { actorForRunToken } from "../auth/actor.ts";
import { claimTask } from "../leases/operations.ts";
import { makeRunToken, takeSessions } from "../sessions/driving.ts";
import { createSession } from "../sessions/conversations.ts";
import { createSessionInput } from "../sessions/schema.ts";
import { updateTask } from "../tasks/operations.ts";
import { waitForWork } from "../dispatch/operations.ts";
import { newId } from "../ids.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";

const { runtime, db } = await openTestRuntime();
const { run, addTask, claim, move } = workIn(runtime);

test("the token of a session on a task writes to that task alone, takes no other, and only while its lease lives", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { runtime: "acp", slots: 2 });
  const [own, other] = [await addTask(org), await addTask(org)];
  const held = await claim(agent, own.id);
  await claim(agent, other.id);
  const holder = newId();
  const token = await as(runtime, agent, async (context) => {
    const input = createSessionInput.parse({ teamId: org.teamId, task: own.id, model: "anthropic/claude-sonnet-5-5" });
    const id = await createSession(context, { ...input, agentId: agent.id });
    await context.tx.execute(sql`update session_runs set lease_id = ${held?.lease.id} where session_id = ${id}`);
    await takeSessions(context, holder, 10);
    return makeRunToken(context, holder, id);
  });
  const actor = await actorForRunToken(runtime, token, "");
  expect(actor).toMatchObject({ kind: "agent", id: agent.id, run: { taskId: own.id, leaseId: held?.lease.id } });
  const write = (task: string, lease?: string) => run(updateTask, actor, { task, description: "Written.", lease });
  await write(own.id);
  await write(own.id, held?.lease.id);
  const [foreign] = await db.execute<{ id: string }>(sql`select id from leases where task_id = ${other.id}`);
  await expect(write(other.id)).rejects.toMatchObject({ code: "conflict" });
  await expect(write(other.id, foreign?.id)).rejects.toMatchObject({ code: "conflict" });
  const third = await addTask(org);
  const takings = [
    () => run(claimTask, actor, { task: third.id }),
    () => run(claimTask, actor, {}),
    () => run(waitForWork, actor, {}),
  ];
  for (const taking of takings)
    await expect(taking()).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("one task") });
  await run(updateTask, agent, { task: other.id, description: "By a key of its own." });
  await move(org.owner, own.id, "todo");
  await expect(write(own.id)).rejects.toMatchObject({ code: "conflict" });
  await db.execute(sql`update session_runs set held_until = now() where holder = ${holder}`);
  await expect(actorForRunToken(runtime, token, "")).rejects.toMatchObject({ code: "unauthenticated" });
});
