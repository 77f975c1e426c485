import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { agentEvents } from "./events.ts";

export const agentProjections: Projections<typeof agentEvents> = {
  "agent.created": (tx, events) =>
    tx.execute(sql`insert into agents (org_id, id, team_id, name, role, runtime, status, is_default, is_demonstration, slots, lease_seconds, model, agent_kind, mode, created_at)
      select e.org_id, e.subject_id, e.team_id, e.data->>'name', e.data->>'role', e.data->>'runtime', 'active',
        (e.data->>'isDefault')::boolean, coalesce((e.data->>'isDemonstration')::boolean, false), (e.data->>'slots')::int, (e.data->>'leaseSeconds')::int, e.data->>'model', e.data->>'agentKind', e.data->>'mode', e.at from ${events}`),
  "agent.updated": (tx, events) =>
    tx.execute(sql`update agents a set name = coalesce(e.data->>'name', a.name), role = coalesce(e.data->>'role', a.role),
      slots = coalesce((e.data->>'slots')::int, a.slots), status = coalesce(e.data->>'status', a.status),
      lease_seconds = case when e.data ? 'leaseSeconds' then (e.data->>'leaseSeconds')::int else a.lease_seconds end,
      model = case when e.data ? 'model' then e.data->>'model' else a.model end,
      agent_kind = case when e.data ? 'agentKind' then e.data->>'agentKind' else a.agent_kind end,
      mode = case when e.data ? 'mode' then e.data->>'mode' else a.mode end
      from ${events} where a.org_id = e.org_id and a.id = e.subject_id`),
  "agent.paused": (tx, events) =>
    tx.execute(sql`update agents a set status = 'paused', paused_at = coalesce(a.paused_at, e.at), paused_by = e.actor,
      pause_reason = e.data->>'reason', pause_mode = e.data->>'mode'
      from ${events} where a.org_id = e.org_id and a.id = e.subject_id`),
  "agent.resumed": (tx, events) =>
    tx.execute(sql`update agents a set status = 'active', paused_at = null, paused_by = null, pause_reason = null,
      pause_mode = null from ${events} where a.org_id = e.org_id and a.id = e.subject_id`),
  "agent.went_silent": (tx, events) =>
    tx.execute(sql`update agents a set silent_since = (e.data->>'lastSeenAt')::timestamptz
      from ${events} where a.org_id = e.org_id and a.id = e.subject_id`),
  "agent.returned": (tx, events) =>
    tx.execute(sql`update agents a set silent_since = null
      from ${events} where a.org_id = e.org_id and a.id = e.subject_id`),
};
