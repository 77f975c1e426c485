import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { verificationEvents } from "./events.ts";

export const verificationProjections: Projections<typeof verificationEvents> = {
  "verification.recorded": (tx, events) =>
    tx.execute(sql`insert into verifications (org_id, id, task_id, team_id, round, verdict, checks, feedback, checked_by, checked_at)
      select e.org_id, e.subject_id, e.task_id, e.team_id, (e.data->>'round')::int, e.data->>'verdict', e.data->'checks',
        e.data->>'feedback', e.actor, e.at from ${events}`),
  "verification.decided": (tx, events) =>
    tx.execute(sql`update verifications v set decision = e.data->>'decision', decision_note = e.data->>'note', decided_by = e.actor,
      decided_at = e.at from ${events} where v.org_id = e.org_id and v.id = e.subject_id`),
};
