import { expect, test } from "vitest";
import { openTestDatabase } from "./test/database.ts";

const { sql } = await openTestDatabase();

/** Tables that belong to no organization, each with the reason. Everything else must carry `org_id`. */
const GLOBAL_TABLES: Record<string, string> = {
  users: "a person may be in several organizations",
  accounts: "a person's sign-in with a provider",
  sign_ins: "a person's sessions",
  refresh_tokens: "a chain of a person's session, or of a key whose organization the session names",
  password_resets: "a person's password is theirs in every organization",
  profile_sign_ins: "somebody who is not in yet",
  device_sign_ins: "a client that nobody has let in yet",
  sign_in_attempts: "so is whoever tries to get in",
  worker_beats: "a worker serves every organization",
  realtime_nodes: "so does its realtime server",
  instance_resources: "the database, the disk and the like serve every organization",
};

test("every table carries org_id, or is listed as global with a reason", async () => {
  const tables = await sql<{ name: string; tenant: boolean }[]>`
    select c.relname as name, exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped and a.attnotnull
    ) as tenant
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`;
  expect(tables.length).toBeGreaterThan(10);
  expect(tables.filter(({ tenant }) => !tenant).map(({ name }) => name)).toEqual(Object.keys(GLOBAL_TABLES).sort());
});

test("row-level security is on and forced on every table, so that no login forgets the organization", async () => {
  const open = await sql`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)`;
  expect(open).toEqual([]);
});
