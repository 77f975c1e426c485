import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { reportEvents } from "./events.ts";

export const reportProjections: Projections<typeof reportEvents> = {
  "report.saved": (tx, events) =>
    tx.execute(sql`insert into reports (org_id, id, team_id, session_id, task_id, name, kind, size, sha256, is_shared, created_by, created_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'sessionId')::uuid, e.task_id, e.data->>'name', e.data->>'kind',
        (e.data->>'size')::int, e.data->>'sha256', (e.data->>'isShared')::boolean, e.actor, e.at from ${events}`),
  "report.shared": (tx, events) =>
    tx.execute(sql`update reports r set is_shared = (e.data->>'isShared')::boolean
      from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "report.removed": (tx, events) =>
    tx.execute(
      sql`update reports r set removed_at = e.at from ${events} where r.org_id = e.org_id and r.id = e.subject_id`,
    ),
};
