import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import * as schema from "./schema.ts";

export const getPreferences = defineOperation({
  name: "get_preferences",
  summary: "Read how you like your pages: theme, editor, keys.",
  kind: "read",
  permission: "instance:use",
  input: schema.getPreferencesInput,
  output: schema.preferencesResult,
  run: read,
});

export const setPreferences = defineOperation({
  name: "set_preferences",
  summary: "Change how you like your pages: theme, editor, keys. They follow you to every browser.",
  kind: "command",
  permission: "instance:use",
  hints: { idempotent: true },
  input: schema.setPreferencesInput,
  output: schema.preferencesResult,
  run: async (context, { preferences }) => {
    requirePerson(context);
    const { tx, actor } = context;
    for (const [key, value] of Object.entries(preferences))
      await tx.execute(sql`insert into preferences (org_id, user_id, name, value)
        values (${actor.orgId}, ${actor.id}, ${key}, ${JSON.stringify(value)}::text::jsonb)
        on conflict (org_id, user_id, name) do update set value = excluded.value`);
    return read(context);
  },
});

async function read(context: Context): Promise<z.input<typeof schema.preferencesResult>> {
  requirePerson(context);
  const { tx, actor } = context;
  const rows = await tx.execute<{ key: string; value: unknown }>(
    sql`select name as key, value from preferences where org_id = ${actor.orgId} and user_id = ${actor.id}`,
  );
  // What an older version kept and this one does not know is left out.
  const known = rows.filter(({ key, value }) => schema.preferences.safeParse({ [key]: value }).success);
  return { preferences: schema.preferences.parse(Object.fromEntries(known.map(({ key, value }) => [key, value]))) };
}

function requirePerson({ actor }: Context): void {
  if (actor.kind !== "user") throw new AppError("forbidden", "Preferences are of people.");
}
