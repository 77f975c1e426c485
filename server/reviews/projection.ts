import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { reviewEvents } from "./events.ts";

export const reviewProjections: Projections<typeof reviewEvents> = {
  "review.requested": (tx, events) =>
    tx.execute(sql`insert into reviews (org_id, id, task_id, team_id, attempt, commit, base_commit, author, summary, verdict, created_at, asked)
      select e.org_id, e.subject_id, e.task_id, e.team_id, (e.data->>'attempt')::int, e.data->>'commit',
        e.data->>'baseCommit', e.actor, e.data->>'summary', 'pending', e.at, coalesce(e.data->'asked', '[]') from ${events}`),
  "review.assigned": (tx, events) =>
    tx.execute(sql`update reviews r set reviewer_id = (e.data->>'reviewerId')::uuid, assigned_at = e.at
      from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "review.released": (tx, events) =>
    tx.execute(sql`update reviews r set reviewer_id = null, assigned_at = null,
      declined_by = case when e.data->>'declinedBy' is null then r.declined_by
        else array_append(r.declined_by, (e.data->>'declinedBy')::uuid) end
      from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "review.approved": (tx, events) =>
    tx.execute(sql`insert into review_approvals (org_id, review_id, actor_id, by, text, created_at)
      select e.org_id, e.subject_id, (e.actor->>'id')::uuid, e.actor, e.data->>'text', e.at from ${events}`),
  "review.decided": (tx, events) =>
    tx.execute(sql`update reviews r set verdict = e.data->>'verdict', verdict_by = e.actor, verdict_text = e.data->>'text',
      decided_at = e.at from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "review.commented": (tx, events) =>
    tx.execute(sql`insert into review_comments (org_id, id, review_id, task_id, author, path, line, side, body, created_at)
      select e.org_id, (e.data->>'commentId')::uuid, e.subject_id, e.task_id, e.actor, e.data->>'path',
        (e.data->>'line')::int, e.data->>'side', e.data->>'body', e.at from ${events}`),
};
