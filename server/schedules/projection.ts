import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { scheduleEvents } from "./events.ts";

export const scheduleProjections: Projections<typeof scheduleEvents> = {
  "schedule.saved": (tx, events) =>
    tx.execute(sql`insert into schedules (org_id, id, team_id, template_id, name, cron, time_zone, parameters, catch_up, enabled, owner_id, created_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'templateId')::uuid, e.data->>'name', e.data->>'cron', e.data->>'timeZone',
        e.data->'parameters', e.data->>'catchUp', (e.data->>'enabled')::boolean, (e.data->>'ownerId')::uuid, e.at from ${events}
      on conflict (org_id, id) do update set name = excluded.name, cron = excluded.cron, time_zone = excluded.time_zone,
        parameters = excluded.parameters, catch_up = excluded.catch_up, enabled = excluded.enabled, owner_id = excluded.owner_id`),
  "schedule.removed": (tx, events) =>
    tx.execute(
      sql`update schedules s set removed_at = e.at, enabled = false from ${events} where s.org_id = e.org_id and s.id = e.subject_id`,
    ),
  "schedule.ran": (tx, events) =>
    tx.execute(sql`insert into schedule_runs (org_id, schedule_id, due_at, outcome, task_id, stands, detail, at)
      select e.org_id, e.subject_id, (e.data->>'dueAt')::timestamptz, e.data->>'outcome', (e.data->>'taskId')::uuid,
        (e.data->>'stands')::int, e.data->>'detail', e.at from ${events}`),
};
