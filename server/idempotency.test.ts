import { sql } from "drizzle-orm";
import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { execute } from "./execute.ts";
import { createTask, listTasks } from "./tasks/operations.ts";
import { createTestOrg, openTestRuntime } from "./test/fixtures.ts";

const { runtime, db, sql: client } = await openTestRuntime();

test("a thousand requests with one idempotency key have one effect and one answer, and leave the others their connections", async () => {
  const org = await createTestOrg(runtime);
  const input = { teamId: org.teamId, title: "Only once" };
  const held = await client.reserve();
  await held`begin`;
  await held`select 1 from number_counters where org_id = ${org.orgId} for update`;
  await held`select 1 from teams where org_id = ${org.orgId} for update`;
  const all = Promise.all(
    Array.from({ length: 1_000 }, () =>
      execute(createTask, runtime, org.owner, input, { requestId: "test", idempotencyKey: "once" }),
    ),
  );
  const waiting = async () => {
    const rows = await db.execute<{ n: number }>(sql`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`);
    return rows[0]?.n ?? 0;
  };
  await vi.waitUntil(async () => (await waiting()) > 0, 5_000);
  // The first one stands still; somebody else is served all the same.
  const { tasks } = await execute(listTasks, runtime, org.owner, { teamId: org.teamId }, { requestId: "test" });
  expect(tasks).toEqual([]);
  expect(await waiting()).toBe(1);
  await held`commit`;
  held.release();
  const answers = await all;
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const [made] = await db.execute<{ n: number }>(sql`select count(*)::int as n from tasks where org_id = ${org.orgId}`);
  expect(made?.n).toBe(1);
});

test("one that failed does not stand in the way of the next with its key", async () => {
  const org = await createTestOrg(runtime);
  const once = { requestId: "test", idempotencyKey: "again" };
  const wrong = execute(createTask, runtime, org.owner, { teamId: org.orgId, title: "x" }, once);
  const right = execute(createTask, runtime, org.owner, { teamId: org.teamId, title: "x" }, once);
  await expect(wrong).rejects.toMatchObject({ code: "not_found" });
  expect((await right).task.title).toBe("x");
});

test("a key longer than a name of a request is refused, and nothing is done", async () => {
  const org = await createTestOrg(runtime);
  const input = { teamId: org.teamId, title: "Never" };
  const idempotencyKey = randomBytes(6_000).toString("base64");
  const made = execute(createTask, runtime, org.owner, input, { requestId: "test", idempotencyKey });
  await expect(made).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining("200 characters") });
});
