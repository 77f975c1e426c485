import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { taskContextEvents } from "./events.ts";

/** Versions of one task that are kept. */
const keptVersions = 50;

export const taskContextProjections: Projections<typeof taskContextEvents> = {
  "task.context_saved": async (tx, events) => {
    await tx.execute(sql`insert into task_contexts (org_id, task_id, version, body, saved_by, saved_at)
      select e.org_id, e.subject_id, (e.data->>'version')::int, e.data->>'body', e.actor, e.at from ${events}`);
    await tx.execute(sql`delete from task_contexts c using ${events}
      where c.org_id = e.org_id and c.task_id = e.subject_id and c.version <= (e.data->>'version')::int - ${keptVersions}::int`);
  },
  "task.context_adjusted": (tx, events) =>
    tx.execute(sql`insert into task_context_adjustments (org_id, task_id, left_out, note, adjusted_by, adjusted_at)
      select e.org_id, e.subject_id, array(select jsonb_array_elements_text(e.data->'leftOut')), e.data->>'note', e.actor, e.at from ${events}
      on conflict (org_id, task_id) do update set left_out = excluded.left_out, note = excluded.note,
        adjusted_by = excluded.adjusted_by, adjusted_at = excluded.adjusted_at`),
};
