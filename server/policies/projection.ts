import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { toolPolicyEvents } from "./events.ts";

export const toolPolicyProjections: Projections<typeof toolPolicyEvents> = {
  "tool_policy.set": (tx, events) =>
    tx.execute(sql`insert into tool_policies (org_id, id, team_id, scope, scope_id, effect, subject, access, pattern, note,
        request_id, created_by, created_at, expires_at)
      select e.org_id, e.subject_id, e.team_id, e.data->>'scope', (e.data->>'scopeId')::uuid, e.data->>'effect',
        e.data->>'subject', e.data->>'access', e.data->>'pattern', e.data->>'note', (e.data->>'requestId')::uuid, e.actor, e.at,
        (e.data->>'expiresAt')::timestamptz from ${events}
      on conflict (org_id, id) do update set effect = excluded.effect, note = excluded.note, request_id = excluded.request_id,
        created_by = excluded.created_by, created_at = excluded.created_at, expires_at = excluded.expires_at`),
  "tool_policy.removed": (tx, events) =>
    tx.execute(
      sql`update tool_policies p set removed_at = e.at from ${events} where p.org_id = e.org_id and p.id = e.subject_id`,
    ),
  "session.flagged": (tx, events) =>
    tx.execute(sql`insert into session_flags (org_id, session_id, flag, because, raised_at, request_id, is_standing)
      select e.org_id, e.subject_id, f.flag, e.data->>'because', e.at, (e.data->>'requestId')::uuid, (e.data->>'isStanding')::boolean
        from ${events}, jsonb_array_elements_text(e.data->'flags') f(flag)
      on conflict (org_id, session_id, flag) do update set request_id = excluded.request_id, is_standing = excluded.is_standing`),
};
