import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";

export const messageProjections: Projections<"message.sent"> = {
  "message.sent": (tx, events) =>
    tx.execute(sql`insert into messages (org_id, id, team_id, task_id, sender, recipient_kind, recipient_id, body, created_at)
      select e.org_id, e.subject_id, e.team_id, e.task_id, e.actor, e.data->'recipient'->>'kind',
        (e.data->'recipient'->>'id')::uuid, e.data->>'body', e.at from ${events}`),
};
