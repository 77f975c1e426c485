import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Actor, Runtime } from "../context.ts";
import { execute } from "../execute.ts";
import { describeFailure } from "../failure.ts";
import { newId } from "../ids.ts";
import { createLogger } from "../log.ts";
import type { Operation } from "../operation.ts";
import { populate } from "./populate.ts";

/** Stands in every text of the other organization; whoever reads it has got through a wall. */
export const canary = "canary-b1d5";

type Schema = z.core.JSONSchema.BaseSchema;
type Path = (string | number)[];
export type Ids = ReadonlyMap<string, string>;

/** Two organizations: ours, and another that holds a row of nearly everything with the canary in every text. */
export async function openMatrix(runtime: Runtime) {
  const [ours, theirs] = [await populate(runtime), await populate(runtime)];
  await plantCanaries(runtime, theirs.org.orgId, theirs.org.owner.id);
  const [own, foreign] = [await idsOf(runtime, ours.org.orgId), await idsOf(runtime, theirs.org.orgId)];
  return { ours, theirs, own, foreign };
}

/** What somebody is told by an operation: a code, and every byte that comes back. A failure of ours has the code internal. */
export async function ask(runtime: Runtime, operation: Operation, actor: Actor, input: unknown) {
  const options = { requestId: "test", signal: AbortSignal.timeout(50) };
  try {
    const output = await execute(operation, runtime, actor, input, options);
    return { code: "ok" as const, text: JSON.stringify(output) };
  } catch (error) {
    const told = describeFailure(error, "test", log);
    return { code: told.code, text: JSON.stringify(told), error };
  }
}
const log = createLogger("test");

/**
 * An input that passes the schema: what is required, with ids of ours where something is named. `given` helps where
 * fields depend on each other.
 */
export function rowOf(operation: Operation, own: Ids): Record<string, unknown> {
  const built = build(schemaOf(operation), operation.name, own);
  const row = { ...(isRecord(built) ? built : {}), ...given[operation.name] };
  const parsed = operation.input.safeParse(row);
  if (parsed.success) return row;
  throw new Error(
    `${operation.name} has no row in the matrix: ${z.prettifyError(parsed.error)}\nAdd what it asks for to \`given\` in server/test/matrix.ts.`,
  );
}

/** Every place in the input of an operation that can name something: direct, nested, in a list. */
export function placesOf(operation: Operation): { path: Path; name: string }[] {
  return walk(schemaOf(operation), [], operation.name);
}

/** The row with another value in one place; what stands around it is built where it is missing. */
export function withValue(operation: Operation, own: Ids, path: Path, value: string): Record<string, unknown> {
  const changed = put(rowOf(operation, own), schemaOf(operation), path, value, own);
  return isRecord(changed) ? changed : {};
}

/** Ids that a place may be about: those of the tables that its name tells, and some of everyday things. */
export function candidatesFor(name: string, ids: Ids): [table: string, id: string][] {
  const word = name.replace(/Ids?$/, "").replace(/s$/, "").toLowerCase();
  const everyday = new Set(["tasks", "users", "teams"]);
  const about = [...ids].filter(([table]) => table.replaceAll("_", "").replace(/s$/, "").includes(word));
  return [...new Map([...about, ...[...ids].filter(([table]) => everyday.has(table) || about.length === 0)])];
}

/** What the schema alone does not tell. */
const given: Record<string, Record<string, unknown>> = {
  authenticate: { email: "nobody@example.org", password: "a long password" },
  register_repo: { source: "hosted" },
};

/** Asked for thousands of times, and dear to make. */
const schemas = new Map<Operation, Schema>();

function schemaOf(operation: Operation): Schema {
  const known = schemas.get(operation);
  if (known) return known;
  const schema = z.toJSONSchema(operation.input, { io: "input", unrepresentable: "any" });
  schemas.set(operation, schema);
  return schema;
}

function build(schema: Schema, name: string, own: Ids): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const [first] = (schema.anyOf ?? schema.oneOf ?? []).filter((one) => !isBoolean(one) && one.type !== "null");
  if (first && !isBoolean(first)) return build(first, name, own);
  if (schema.type === "object") {
    const required = (schema.required ?? []).map((key) => [key, build(objectOf(schema.properties?.[key]), key, own)]);
    return Object.fromEntries(required);
  }
  if (schema.type === "array") {
    const items = Array.isArray(schema.items) ? {} : objectOf(schema.items);
    return Array.from({ length: schema.minItems ?? 0 }, () => build(items, name, own));
  }
  if (schema.type === "integer" || schema.type === "number") return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === "boolean") return false;
  if (schema.type === "null") return null;
  if (schema.type !== "string") return {};
  if (mayName(schema, name)) return candidatesFor(name, own)[0]?.[1] ?? newId();
  if (schema.format === "date-time") return "2030-01-01T00:00:00.000Z";
  if (schema.format === "email") return "nobody@example.org";
  if (schema.format === "uri" || schema.format === "url") return "https://example.org/x";
  return "main".padEnd(schema.minLength ?? 1, "x");
}

function walk(schema: Schema, path: Path, name: string): { path: Path; name: string }[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter((one) => !isBoolean(one));
  if (inner.length > 0) return inner.flatMap((one) => walk(one, path, name)).slice(0, 3);
  if (schema.type === "object")
    return Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
      walk(objectOf(value), [...path, key], key),
    );
  if (schema.type === "array" && !Array.isArray(schema.items)) return walk(objectOf(schema.items), [...path, 0], name);
  return schema.type === "string" && mayName(schema, name) ? [{ path, name }] : [];
}

/** Ids and references; also any text that is called like one. */
const mayName = (schema: Schema, name: string): boolean =>
  schema.format === "uuid" ||
  (schema.format === undefined &&
    schema.enum === undefined &&
    /(^|[a-z])(id|ids|ref|task|tasks|lease|org|request|session|budget|job)$/i.test(name));

function put(value: unknown, schema: Schema, path: Path, leaf: string, own: Ids): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return leaf;
  const within = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].find((one) =>
    typeof step === "number" ? one.type === "array" : one.properties?.[step] !== undefined,
  );
  if (typeof step === "number") {
    const items = Array.isArray(within?.items) ? {} : objectOf(within?.items);
    return [put(build(items, "", own), items, rest, leaf, own)];
  }
  const around = isRecord(value) ? value : build(within ?? {}, String(step), own);
  const property = objectOf(within?.properties?.[step]);
  return {
    ...(isRecord(around) ? around : {}),
    [step]: put(isRecord(around) ? around[step] : {}, property, rest, leaf, own),
  };
}

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const objectOf = (schema: Schema | boolean | undefined): Schema => (typeof schema === "object" ? schema : {});
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One id of each kind of thing an organization has. */
async function idsOf({ db }: Runtime, orgId: string): Promise<Map<string, string>> {
  const rows = await db.execute<{
    table: string;
    column: string;
  }>(sql`select c.table_name as table, min(c.column_name) as column
    from information_schema.columns c where c.table_schema = 'public' and c.data_type = 'uuid'
      and c.column_name in ('id', 'lease_id', 'session_id')
      and exists (select 1 from information_schema.columns o where o.table_schema = 'public'
        and o.table_name = c.table_name and o.column_name = 'org_id') group by 1 order by 1`);
  const ids = new Map<string, string>([["organizations", orgId]]);
  for (const { table, column } of rows) {
    const [row] = await db.execute<{
      id: string;
    }>(sql`select ${sql.identifier(column)} as id from ${sql.identifier(table)}
      where org_id = ${orgId} and ${sql.identifier(column)} is not null order by 1 limit 1`);
    if (row) ids.set(table, row.id);
  }
  const [member] = await db.execute<{ id: string }>(
    sql`select user_id as id from memberships where org_id = ${orgId} and role <> 'owner' order by 1 limit 1`,
  );
  if (member) ids.set("users", member.id);
  return ids;
}

/**
 * Puts the canary into every text of an organization, as somebody who stands above all rules of the database: its tables
 * hold nonsense afterwards, which nobody but it would ever see.
 */
async function plantCanaries({ db }: Runtime, orgId: string, ownerId: string): Promise<void> {
  const columns = await db.execute<{
    table: string;
    columns: string[];
    types: string[];
  }>(sql`select c.table_name as table,
      array_agg(c.column_name::text order by c.ordinal_position) as columns,
      array_agg(case when c.data_type = 'ARRAY' then c.udt_name else c.data_type end::text order by c.ordinal_position) as types
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
      and c.data_type in ('text', 'jsonb', 'ARRAY')
      and exists (select 1 from information_schema.columns o where o.table_schema = 'public'
        and o.table_name = c.table_name and o.column_name = 'org_id') group by 1 order by 1`);
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    for (const { table, columns: names, types } of columns) {
      const changes = names.flatMap((name, at) => planted(name, types[at]) ?? []);
      if (changes.length > 0)
        await tx.execute(
          sql`update ${sql.identifier(table)} set ${sql.join(changes, sql`, `)} where org_id = ${orgId}`,
        );
    }
    await tx.execute(sql`update users set name = name || ${canary}, email = ${canary} || email
      where id in (select user_id from memberships where org_id = ${orgId}) and id <> ${ownerId}`);
  });
}

/** One of a list's words stays, so that the row can still be answered by whoever is let through. */
const listWord = "^[a-z_]{1,20}$";

function planted(name: string, type: string | undefined) {
  const column = sql.identifier(name);
  if (type === "text")
    return sql`${column} = case when ${column} ~ ${listWord} then ${column} else ${column} || ${canary}::text end`;
  if (type === "_text")
    return sql`${column} = case when exists (select from unnest(${column}) word where word ~ ${listWord}) then ${column} else array_append(${column}, ${canary}::text) end`;
  if (type === "jsonb")
    return sql`${column} = case jsonb_typeof(${column}) when 'object' then ${column} || jsonb_build_object('canary', ${canary}::text, 'name', ${canary}::text) else ${column} end`;
  return undefined;
}
