import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";

export const agentProjections: Projections<"agent.created" | "agent.updated"> = {
  "agent.created": (tx, events) =>
    tx.execute(sql`insert into agents (org_id, id, team_id, name, role, runtime, status, is_default, slots, lease_seconds, created_at)
      select e.org_id, e.subject_id, e.team_id, e.data->>'name', e.data->>'role', e.data->>'runtime', 'active',
        (e.data->>'isDefault')::boolean, (e.data->>'slots')::int, (e.data->>'leaseSeconds')::int, e.at from ${events}`),
  "agent.updated": (tx, events) =>
    tx.execute(sql`update agents a set name = coalesce(e.data->>'name', a.name), role = coalesce(e.data->>'role', a.role),
      slots = coalesce((e.data->>'slots')::int, a.slots), status = coalesce(e.data->>'status', a.status),
      lease_seconds = case when e.data ? 'leaseSeconds' then (e.data->>'leaseSeconds')::int else a.lease_seconds end
      from ${events} where a.org_id = e.org_id and a.id = e.subject_id`),
};
