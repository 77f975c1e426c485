import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { visible } from "../human-requests/costs.ts";
import { findTeam } from "../teams/finding.ts";
import type { listTemplatesInput, Template } from "./schema.ts";

/** Templates of the actor's teams, by name. */
export async function listTemplates(
  context: Context,
  { teamId, kind, search }: z.output<typeof listTemplatesInput>,
): Promise<Template[]> {
  if (teamId) await findTeam(context, teamId);
  const words = search?.split(/\s+/).filter(Boolean) ?? [];
  const found = words.map((word) => sql`and position(lower(${word}) in lower(t.name || ' ' || t.description)) > 0`);
  return readTemplates(
    context,
    sql`${teamId ? sql`t.team_id = ${teamId}` : sql`true`} ${kind ? sql`and t.kind = ${kind}` : sql``} ${sql.join(found, sql` `)}`,
  );
}

/** @throws AppError not_found, the same for missing and foreign. */
export async function findTemplate(context: Context, id: string): Promise<Template> {
  const [template] = await readTemplates(context, sql`t.id = ${id}`);
  if (!template) throw new AppError("not_found", `There is no template ${id} here. list_templates shows them.`);
  return template;
}

async function readTemplates({ tx, actor }: Context, which: SQL): Promise<Template[]> {
  const rows = await tx.execute<
    Template & Record<string, unknown>
  >(sql`select t.id, t.team_id as "teamId", t.kind, t.name, t.description,
      t.variables, t.body, t.created_by as "createdBy", ${isoTime(sql`t.updated_at`)} as "updatedAt"
    from templates t where t.org_id = ${actor.orgId} and t.removed_at is null ${visible(actor.teams, sql`t.team_id`)} and ${which}
    order by lower(t.name), t.id limit 500`);
  return [...rows];
}
