import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { templateEvents } from "./events.ts";

export const templateProjections: Projections<typeof templateEvents> = {
  "template.saved": (tx, events) =>
    tx.execute(sql`insert into templates (org_id, id, team_id, kind, name, description, variables, body, created_by, created_at, updated_at)
      select e.org_id, e.subject_id, e.team_id, e.data->>'kind', e.data->>'name', e.data->>'description', e.data->'variables',
        e.data->'body', e.actor, e.at, e.at from ${events}
      on conflict (org_id, id) do update set name = excluded.name, description = excluded.description,
        variables = excluded.variables, body = excluded.body, updated_at = excluded.updated_at`),
  "template.removed": (tx, events) =>
    tx.execute(
      sql`update templates t set removed_at = e.at from ${events} where t.org_id = e.org_id and t.id = e.subject_id`,
    ),
};
