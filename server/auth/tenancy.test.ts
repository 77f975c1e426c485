import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createApiKey } from "../api-keys/operations.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { claimTask } from "../leases/service.ts";
import { inviteMember } from "../members/operations.ts";
import { createTaskInput } from "../tasks/schema.ts";
import { createTask } from "../tasks/service.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";

const { runtime, db, sql: raw } = await openTestRuntime();
const once = { requestId: "test" };

const tenantTables = await db.execute<{ name: string }>(sql`select c.relname as name from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and exists (
    select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped) order by 1`);

/** An organization with rows in as many tables as its operations reach. */
async function furnishedOrg() {
  const org = await createTestOrg(runtime);
  await createTestMember(runtime, org, "member");
  const agent = await createTestAgent(runtime, org);
  await execute(createApiKey, runtime, org.owner, { name: "k" }, { ...once, idempotencyKey: newId() });
  await execute(inviteMember, runtime, org.owner, {}, once);
  const inputs = ["First", "Second"].map((title) => createTaskInput.parse({ teamId: org.teamId, title }));
  for (const input of inputs) await as(runtime, org.owner, (context) => createTask(context, input));
  await as(runtime, agent, (context) => claimTask(context, "1"));
  return org;
}

/** What the app role sees and may do with one organization set, whatever the code above it does. */
function asApp<Result>(orgId: string, work: (tx: typeof raw) => Promise<Result>): Promise<Result> {
  // Inside of a transaction the driver's handle has the same tagged template; only its type is narrower.
  return raw.begin(async (tx) => {
    await tx`select set_config('role', 'entourage_app', true), set_config('app.org_id', ${orgId}, true)`;
    return work(tx as unknown as typeof raw);
  }) as Promise<Result>;
}

test("with one organization set, no row of another can be read in any table", async () => {
  const [mine, theirs] = [await furnishedOrg(), await furnishedOrg()];
  let own = 0;
  for (const { name } of tenantTables) {
    const [seen] = await asApp(
      mine.orgId,
      (tx) => tx`select count(*) filter (where org_id = ${mine.orgId})::int as own,
      count(*) filter (where org_id <> ${mine.orgId})::int as foreign from ${tx(name)}`,
    );
    expect([name, seen?.foreign]).toEqual([name, 0]);
    own += seen?.own;
    const [named] = await asApp(
      mine.orgId,
      (tx) => tx`select count(*)::int as n from ${tx(name)} where org_id = ${theirs.orgId}`,
    );
    expect([name, named?.n]).toEqual([name, 0]);
  }
  expect(own).toBeGreaterThan(20);
});

test("without an organization set nothing at all is seen, and nothing fails", async () => {
  await furnishedOrg();
  for (const { name } of tenantTables) {
    const [seen] = await asApp("", (tx) => tx`select count(*)::int as n from ${tx(name)}`);
    expect([name, seen?.n]).toEqual([name, 0]);
  }
});

test("no row of another organization can be changed, removed or made in any table", async () => {
  const [mine, theirs] = [await furnishedOrg(), await furnishedOrg()];
  let tried = 0;
  for (const { name } of tenantTables) {
    const [sample] = await db.execute<{ row: string | null }>(
      sql`select to_jsonb(t)::text as row from ${sql.identifier(name)} t where org_id = ${theirs.orgId} limit 1`,
    );
    const outcome = (work: (tx: typeof raw) => Promise<{ count: number }>) =>
      asApp(mine.orgId, work).then(
        ({ count }) => count,
        ({ code }: { code: string }) => code,
      );
    // 0 rows where the policy hides them; 42501 where the right is missing altogether (the event log).
    expect([0, "42501"]).toContain(
      await outcome((tx) => tx`update ${tx(name)} set org_id = org_id where org_id = ${theirs.orgId}`),
    );
    expect([0, "42501"]).toContain(await outcome((tx) => tx`delete from ${tx(name)} where org_id = ${theirs.orgId}`));
    if (!sample?.row) continue;
    tried++;
    const insert = outcome(
      (tx) =>
        tx`insert into ${tx(name)} select * from jsonb_populate_record(null::${tx(name)}, ${sample.row}::text::jsonb)`,
    );
    expect([name, await insert]).toEqual([name, "42501"]);
    const move = outcome((tx) => tx`update ${tx(name)} set org_id = ${theirs.orgId} where org_id = ${mine.orgId}`);
    expect([name, await move]).toEqual([name, "42501"]);
  }
  expect(tried).toBeGreaterThanOrEqual(12);
});

test("people of other organizations, password hashes, accounts and sign-ins are out of the app role's sight", async () => {
  const [mine, theirs] = [await furnishedOrg(), await furnishedOrg()];
  const people = await asApp(mine.orgId, (tx) => tx`select id from users`);
  expect(people.map(({ id }) => id)).toContain(mine.owner.id);
  expect(people.map(({ id }) => id)).not.toContain(theirs.owner.id);
  for (const hidden of [
    "select password_hash from users",
    "select * from accounts",
    "select * from sign_ins",
    "update users set name = 'x'",
  ]) {
    await expect(asApp(mine.orgId, (tx) => tx.unsafe(hidden))).rejects.toMatchObject({ code: "42501" });
  }
});
