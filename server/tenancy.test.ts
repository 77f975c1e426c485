import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Actor } from "./context.ts";
import { AppError } from "./errors.ts";
import { newId } from "./ids.ts";
import { openTestRuntime } from "./test/fixtures.ts";
import { populate } from "./test/populate.ts";
import { workIn } from "./test/work.ts";
import { operations } from "./trpc/operations.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);
const [ours, theirs] = [await populate(runtime), await populate(runtime)];

const tables = await db.execute<{ name: string; rows: number }>(sql`
  select c.relname as name, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I where org_id = %L',
    c.relname, ${theirs.org.orgId}::text), false, true, '')))[1]::text::int as rows
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`);

/** One statement as the role of requests, within our organization or another, undone afterwards. */
async function attempt(statement: ReturnType<typeof sql>, orgId = ours.org.orgId) {
  const undo = new Error("undo");
  let rows: readonly unknown[] = [];
  try {
    await db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('role', 'entourage_app', true), set_config('app.org_id', ${orgId}, true)`);
      rows = await tx.execute(statement);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  return rows.length;
}
const codeOf = (error: unknown) =>
  error instanceof Error && error.cause instanceof Error && "code" in error.cause ? error.cause.code : error;
const denied = "42501";

test("there is something of the other organization to steal in nearly every table", () => {
  expect(tables.filter(({ rows }) => rows > 0).length).toBeGreaterThanOrEqual(17);
});

test.for(tables)(
  "$name: rows of another organization are neither read nor changed nor made",
  async ({ name, rows }) => {
    const table = sql.identifier(name);
    const other = theirs.org.orgId;
    expect(await attempt(sql`select 1 from ${table} where org_id = ${other}`)).toBe(0);
    expect(await attempt(sql`select 1 from ${table}`, ""), "unset is nothing, not everything").toBe(0);
    const own = await attempt(sql`select 1 from ${table} where org_id = ${ours.org.orgId}`);
    expect(own > 0, "one's own rows are there").toBe(rows > 0);
    for (const write of [
      sql`update ${table} set org_id = org_id where org_id = ${other} returning 1`,
      sql`delete from ${table} where org_id = ${other} returning 1`,
    ]) {
      const changed = await attempt(write).catch(codeOf);
      expect(name === "events" ? denied : 0).toBe(changed);
    }
    if (rows === 0) return;
    const [theirRow] = await db.execute<{ row: unknown }>(
      sql`select to_jsonb(t) as row from ${table} t where org_id = ${other} limit 1`,
    );
    const copy = sql`insert into ${table} select * from jsonb_populate_record(null::${table}, ${JSON.stringify(theirRow?.row)}::text::jsonb)`;
    expect(await attempt(copy).catch(codeOf), "a row made in their name").toBe(denied);
    const given = attempt(sql`update ${table} set org_id = ${other} returning 1`).catch(codeOf);
    expect(await given, "a row of ours pushed over to them").toBe(denied);
  },
);

/** What else an operation asks for. */
const plain: Record<string, unknown> = {
  ...{ title: "x", name: "x", role: "member", status: "failed", summary: "x", text: "x", body: "x", path: "a.ts" },
  ...{ line: 1, side: "new", source: "hosted" },
  ...{
    capMicros: 1,
    inputTokens: 1,
    outputTokens: 1,
    provider: "github",
    model: "gpt-5",
    inputMicros: 1,
    outputMicros: 1,
  },
};
type Ids = typeof theirs.ids;
/** How a thing is named in a field. */
const named: Record<string, (ids: Ids) => unknown> = {
  ...Object.fromEntries(Object.keys(ours.ids).map((name) => [name, (ids: Ids) => Reflect.get(ids, name)])),
  tasks: ({ task }) => [task],
  dependsOn: ({ task }) => [task],
  addDependencies: ({ task }) => [task],
  removeDependencies: ({ task }) => [task],
  teamIds: ({ teamId }) => [teamId],
  assignee: ({ agentId }) => ({ kind: "agent", id: agentId }),
  to: ({ userId }) => ({ kind: "user", id: userId }),
  with: ({ userId }) => ({ kind: "user", id: userId }),
  messages: ({ replyTo }) => [replyTo],
};

/** Where a field's name says something else in one operation. */
const namedIn: Record<string, (ids: Ids) => unknown> = {
  "create_tasks_batch.tasks": ({ task }) => [{ title: "x", dependsOn: [task] }],
  "accept_mcp_tools.tools": () => ({}),
  "record_learning.kind": () => "gotcha",
  "edit_learning.kind": () => "gotcha",
  "save_template.body": () => ({ title: "x" }),
};
const valueFor = (operation: string, field: string) => namedIn[`${operation}.${field}`] ?? named[field];

const asked = [...operations.values()].flatMap((operation) =>
  operation.scope === "instance"
    ? []
    : Object.keys(operation.input.shape)
        .filter((field) => field in named)
        .map((field) => ({ name: operation.name, operation, field })),
);

test("nearly every operation names something that could be another organization's", () => {
  expect(asked.length).toBeGreaterThan(60);
});

test.for(asked)("$name answers a foreign $field as it answers one that never was", async ({ operation, field }) => {
  const shape: Record<string, { safeParse(value: unknown): { success: boolean } }> = operation.input.shape;
  const base = Object.fromEntries(
    Object.entries(shape).flatMap(([key, schema]) => {
      // A team is always named, so that the other fields are looked at within it.
      if (schema.safeParse(undefined).success && key !== "teamId") return [];
      return [[key, valueFor(operation.name, key)?.(ours.ids) ?? plain[key]]];
    }),
  );
  const never: Ids = { ...ours.ids };
  for (const key of Object.keys(never)) Reflect.set(never, key, newId());
  const answer = async (actor: Actor, ids: Ids) => {
    const input = { ...base, [field]: valueFor(operation.name, field)?.(ids) };
    const result: unknown = await run(operation, actor, input).catch((error: unknown) => error);
    if (result instanceof Error) expect(result, "a refusal, not a failure").toBeInstanceOf(AppError);
    const text = result instanceof AppError ? `${result.code}: ${result.message}` : JSON.stringify(result);
    return Object.values(ids).reduce((message, id) => message.replaceAll(id, "…"), text);
  };
  for (const actor of [ours.org.owner, ours.agent]) {
    const foreign = await answer(actor, theirs.ids);
    expect(foreign).toBe(await answer(actor, never));
    expect(foreign).not.toMatch(/^invalid: .*(uuid|expected)/i);
  }
});

test("after all of that the other organization's log has not grown", async () => {
  const [head] = await db.execute<{ own: number; all: number }>(sql`select (select count(*)::int from events
    where org_id = ${theirs.org.orgId} and actor->>'id' in (${ours.org.owner.id}, ${ours.agent.id})) as own, (select count(*)::int from events) as all`);
  expect(head?.own).toBe(0);
  expect(head?.all).toBeGreaterThan(10);
});
