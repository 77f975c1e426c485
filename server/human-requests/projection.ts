import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { humanRequestEvents } from "./events.ts";

/** `->` gives JSON's null where the event has one; a column is empty instead. */
const jsonOf = (key: string) => sql`nullif(e.data->${key}::text, 'null'::jsonb)`;

export const humanRequestProjections: Projections<typeof humanRequestEvents> = {
  "request.opened": (tx, events) =>
    tx.execute(sql`insert into human_requests (org_id, id, team_id, task_id, session_id, kind, title, detail, schema, options,
        action, action_hash, data, blocks_task, asked_by, question_hash, status, created_at, expires_at, escalate_at)
      select e.org_id, e.subject_id, e.team_id, e.task_id, (e.data->>'sessionId')::uuid, e.data->>'kind', e.data->>'title',
        e.data->>'detail', e.data->'schema', ${jsonOf("options")}, ${jsonOf("action")}, e.data->>'actionHash', ${jsonOf("data")},
        (e.data->>'blocksTask')::boolean, e.actor, e.data->>'questionHash', 'pending', e.at,
        (e.data->>'expiresAt')::timestamptz, (e.data->>'escalateAt')::timestamptz from ${events}`),
  "request.resolved": (tx, events) =>
    tx.execute(sql`update human_requests h set status = 'resolved', answer = e.data->'answer', closed_by = e.actor,
      closed_at = e.at, policy_id = (e.data->>'policyId')::uuid
      from ${events} where h.org_id = e.org_id and h.id = e.subject_id`),
  "request.expired": (tx, events) =>
    tx.execute(sql`update human_requests h set status = 'expired', reason = e.data->>'reason', closed_by = e.actor,
      closed_at = e.at from ${events} where h.org_id = e.org_id and h.id = e.subject_id`),
  "request.withdrawn": (tx, events) =>
    tx.execute(sql`update human_requests h set status = 'withdrawn', reason = e.data->>'reason', closed_by = e.actor,
      closed_at = e.at from ${events} where h.org_id = e.org_id and h.id = e.subject_id`),
  "request.escalated": (tx, events) =>
    tx.execute(sql`update human_requests h set escalated_at = e.at
      from ${events} where h.org_id = e.org_id and h.id = e.subject_id`),
  "request.consumed": (tx, events) =>
    tx.execute(sql`update human_requests h set consumed_at = e.at
      from ${events} where h.org_id = e.org_id and h.id = e.subject_id`),
  "policy.created": (tx, events) =>
    tx.execute(sql`insert into approval_policies (org_id, id, team_id, repo_id, action_pattern, request_id, created_by,
        created_at, expires_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'repoId')::uuid, e.data->>'action', (e.data->>'requestId')::uuid,
        e.actor, e.at, (e.data->>'expiresAt')::timestamptz from ${events}`),
  "policy.revoked": (tx, events) =>
    tx.execute(sql`update approval_policies p set revoked_at = e.at, revoked_by = e.actor
      from ${events} where p.org_id = e.org_id and p.id = e.subject_id`),
};
