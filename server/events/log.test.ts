import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { checkDatabase } from "../audit/database-checks.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { releaseTask } from "../leases/operations.ts";
import { createTask, getTaskEvents } from "../tasks/operations.ts";
import { createTestAgent, createTestOrg, as, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { connect } from "#db/client.ts";
import { latestSeq } from "./feed.ts";
import { listEvents } from "./operations.ts";
import { record } from "./record.ts";

const { runtime, db, url } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);

/** An event that changes no table but the log. */
const say = (team: string, body: string) => ({ subject: newId(), team, data: { body, recipient: null } }) as const;

test("32 writers over 3 organizations: numbers without a gap, a chain that holds, and a reader who misses nothing", async () => {
  const orgs = await Promise.all([1, 2, 3].map(() => createTestOrg(runtime)));
  const pool = connect(url, { poolSize: 36 });
  const wide = { ...runtime, db: pool.db };
  const [first] = orgs;
  if (!first) throw new Error("no organization");
  const before = await as(runtime, first.owner, latestSeq);
  let writing = true;
  const seen: number[] = [];
  const reader = (async () => {
    let since = before;
    for (let last = false; ; last = !writing) {
      const { events, head } = await run(listEvents, first.owner, { since });
      seen.push(...events.map(({ seq }) => seq));
      since = seen.at(-1) ?? since;
      if (last && since === head) return;
    }
  })();
  await Promise.all(
    Array.from({ length: 32 }, async (_, writer) => {
      for (let n = 0; n < 12; n++) {
        const org = orgs[(writer + n) % 3] ?? first;
        await as(wide, org.owner, (context) =>
          record(context, "message.sent", [say(org.teamId, `${writer}/${n}a`), say(org.teamId, `${writer}/${n}b`)]),
        );
      }
    }),
  );
  writing = false;
  await reader;
  await pool.close();
  expect(seen).toEqual(Array.from({ length: 256 }, (_, n) => before + 1 + n));
  const findings = await db.transaction((tx) => checkDatabase(tx, { expectWork: false }));
  for (const check of ["event numbers", "event chain"])
    expect(findings.find((finding) => finding.check === check)).toMatchObject({ faults: [] });
});

test("50 calls with one idempotency key have one effect and equal answers; another request under it is refused", async () => {
  const org = await createTestOrg(runtime);
  const input = { teamId: org.teamId, title: "Once" };
  const answers = await Promise.all(Array.from({ length: 50 }, () => run(createTask, org.owner, input, "key")));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const [counted] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from tasks where org_id = ${org.orgId}`,
  );
  expect(counted?.n).toBe(1);
  const other = { ...input, title: "Another" };
  await expect(run(createTask, org.owner, other, "key")).rejects.toMatchObject({ code: "conflict" });
  const colleague = await createTestAgent(runtime, org, { role: "manager" });
  expect((await run(createTask, colleague, input, "key")).task.number, "a key belongs to whoever uses it").toBe(2);
});

test("a refused call leaves no receipt: the same key does it when it is possible", async () => {
  const org = await createTestOrg(runtime);
  const input = { teamId: org.teamId, title: "x", dependsOn: ["#2"] };
  await expect(run(createTask, org.owner, input, "k")).rejects.toMatchObject({ code: "not_found" });
  await addTask(org);
  await addTask(org);
  expect((await run(createTask, org.owner, input, "k")).task.dependencies).toBe(1);
});

test("an agent whose answer was lost gets it again, though what it did ended its lease", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  await claim(agent, task.id);
  const first = await run(releaseTask, agent, { task: task.id }, "once");
  expect(await run(releaseTask, agent, { task: task.id }, "once")).toEqual(first);
  await expect(run(releaseTask, agent, { task: task.id }, "again")).rejects.toMatchObject({ code: "conflict" });
});

test("what was refused in the end leaves neither an event nor a change", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org);
  const before = await run(listEvents, org.owner, {});
  const refused = as(runtime, org.owner, async (context) => {
    await record(context, "task.updated", [
      { subject: task.id, task: task.id, team: org.teamId, data: { title: "New" } },
    ]);
    throw new AppError("conflict", "no");
  });
  await expect(refused).rejects.toThrow("no");
  expect(await run(listEvents, org.owner, {})).toEqual(before);
  expect((await read(org.owner, task.id)).title).toBe("Task");
  expect((await run(getTaskEvents, org.owner, { task: task.id })).events).toHaveLength(1);
});

test("events of one transaction are read all or not at all, and none before its commit", async () => {
  const org = await createTestOrg(runtime);
  const before = await as(runtime, org.owner, latestSeq);
  await as(runtime, org.owner, async (context) => {
    await record(context, "message.sent", [say(org.teamId, "a"), say(org.teamId, "b")]);
    expect((await run(listEvents, org.owner, { since: before })).events).toEqual([]);
  });
  expect((await run(listEvents, org.owner, { since: before })).events).toHaveLength(2);
});
