import { sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import type { Context } from "../context.ts";
import type { Cause, EventType } from "./registry.ts";

/** The newest event of a type about something of a task: because of it the system acts. */
export async function newestOf(
  { tx }: Context,
  { orgId, taskId, subject, type }: { orgId: string; taskId: string; subject: string; type: EventType },
): Promise<Cause | undefined> {
  const [found] = await tx.execute<{ seq: number; correlationId: string }>(sql`
    select seq::float8 as seq, correlation_id as "correlationId" from events
     where org_id = ${orgId} and task_id = ${taskId} and subject_id = ${subject} and type = ${type} order by seq desc limit 1`);
  return found;
}

/** A task, and what must have happened for somebody to be given it. */
interface Given {
  orgId: string;
  taskId: string;
}

/**
 * What made tasks ready, for all of them at once: that they were made or came back, or that the last of those they wait for
 * was done. Look-ups by index, from the newest.
 */
export async function causesOfReadiness(tx: Tx, tasks: readonly Given[]): Promise<Map<string, Cause>> {
  if (tasks.length === 0) return new Map();
  const asked = JSON.stringify(tasks.map(({ orgId, taskId }) => ({ o: orgId, t: taskId })));
  const rows = await tx.execute<{ taskId: string; seq: number; correlationId: string }>(sql`
    select q.t as "taskId", c.seq::float8 as seq, c.correlation_id as "correlationId"
      from jsonb_to_recordset(${asked}::text::jsonb) as q(o uuid, t uuid), lateral (
        select x.seq, x.correlation_id from (
          (select e.seq, e.correlation_id from events e where e.org_id = q.o and e.task_id = q.t
              and (e.type in ('task.created', 'task.dependency_removed') or (e.type = 'task.status_changed' and e.data->>'to' = 'todo'))
            order by e.seq desc limit 1)
          union all
          select d.seq, d.correlation_id from task_dependencies p, lateral (
            select e.seq, e.correlation_id from events e where e.org_id = q.o and e.task_id = p.depends_on_id
               and e.type = 'task.status_changed' and e.data->>'to' = 'done' order by e.seq desc limit 1) d
           where p.org_id = q.o and p.task_id = q.t
        ) x order by x.seq desc limit 1) c`);
  return new Map(rows.map(({ taskId, seq, correlationId }) => [taskId, { seq, correlationId }]));
}

/** The requests for the reviews that are given out: why each is. */
export async function causesOfReviews(
  tx: Tx,
  reviews: readonly (Given & { reviewId: string })[],
): Promise<Map<string, Cause>> {
  if (reviews.length === 0) return new Map();
  const asked = JSON.stringify(reviews.map(({ orgId, taskId, reviewId }) => ({ o: orgId, t: taskId, r: reviewId })));
  const rows = await tx.execute<{ reviewId: string; seq: number; correlationId: string }>(sql`
    select q.r as "reviewId", c.seq::float8 as seq, c.correlation_id as "correlationId"
      from jsonb_to_recordset(${asked}::text::jsonb) as q(o uuid, t uuid, r uuid), lateral (
        select e.seq, e.correlation_id from events e where e.org_id = q.o and e.task_id = q.t and e.subject_id = q.r
           and e.type = 'review.requested' order by e.seq desc limit 1) c`);
  return new Map(rows.map(({ reviewId, seq, correlationId }) => [reviewId, { seq, correlationId }]));
}
