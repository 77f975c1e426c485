import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { systemActor } from "../context.ts";
import { execute, inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { createTeam } from "../teams/operations.ts";
import { trimOutlived } from "./service.ts";

const { runtime, db } = await openTestRuntime();

const trim = (batch?: number) =>
  inTransaction(runtime, systemActor("", "test"), { requestId: "test", system: true }, (context) =>
    trimOutlived(context, batch),
  );

test("a key that came once is answered again for a day, and is forgotten afterwards", async () => {
  const org = await createTestOrg(runtime);
  const make = () =>
    execute(createTeam, runtime, org.owner, { name: "Kept" }, { requestId: "test", idempotencyKey: "once" });
  const first = await make();
  await age("receipts", "created_at", "23 hours", org.orgId);
  await trim();
  expect(await make()).toEqual(first);
  await age("receipts", "created_at", "2 hours", org.orgId);
  await trim();
  expect(await make(), "nothing remembers the key").not.toEqual(first);
});

test("what still serves stays: a live sign-in, a worker that beats", async () => {
  const org = await createTestOrg(runtime);
  const [living, justEnded, longEnded, longOver] = [newId(), newId(), newId(), newId()];
  await db.execute(sql`insert into sign_ins (id, user_id, created_at, last_seen_at, expires_at, revoked_at) values
    (${living}, ${org.owner.id}, now(), now(), now() + interval '1 day', null),
    (${justEnded}, ${org.owner.id}, now(), now(), now() + interval '1 day', now() - interval '29 days'),
    (${longEnded}, ${org.owner.id}, now(), now(), now() + interval '1 day', now() - interval '31 days'),
    (${longOver}, ${org.owner.id}, now(), now(), now() - interval '31 days', null)`);
  await db.execute(sql`insert into worker_beats (id, started_at, beat_at) values
    ('beats', now() - interval '9 days', now()), ('gone', now(), now() - interval '2 days')`);
  await trim();
  const left = await db.execute<{ id: string }>(sql`select id::text from sign_ins where user_id = ${org.owner.id}
    union all select id from worker_beats`);
  expect(left.map(({ id }) => id).sort()).toEqual([living, justEnded, "beats"].sort());
});

test("entries of the ledger go after ninety days, and each counter keeps the one that holds its sums", async () => {
  const org = await createTestOrg(runtime);
  const entry = (budget: string, days: number, settledAfter: number) =>
    db.execute(sql`insert into ledger (org_id, budget_id, period_start, kind, settled_delta, reserved_delta, settled_after, reserved_after, cap_micros, at)
      values (${org.orgId}, ${budget}, '2026-01-01', 'settled', 1, 0, ${settledAfter}, 0, 100, now() - make_interval(days => ${days}))`);
  const [old, living] = [newId(), newId()];
  for (const n of [1, 2, 3]) await entry(old, 200 - n, n);
  await entry(living, 120, 1);
  await entry(living, 60, 2);
  await entry(living, 1, 3);
  await trim();
  const left = await db.execute<{ at: string }>(sql`select budget_id || ' ' || settled_after as at from ledger
    where org_id = ${org.orgId} order by id`);
  expect(left.map(({ at }) => at)).toEqual([`${old} 3`, `${living} 2`, `${living} 3`]);
});

test("a batch is never larger than said, and says that there is more", async () => {
  await db.execute(sql`insert into worker_beats (id, started_at, beat_at)
    select 'old-' || n, now(), now() - interval '2 days' from generate_series(1, 5) n`);
  expect(await trim(3)).toEqual({ removed: 3, more: true });
  expect(await trim(3)).toEqual({ removed: 2, more: false });
});

async function age(table: string, column: string, by: string, orgId: string) {
  await db.execute(sql`update ${sql.identifier(table)}
    set ${sql.identifier(column)} = ${sql.identifier(column)} - ${by}::interval where org_id = ${orgId}`);
}
