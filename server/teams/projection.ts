import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { teamEvents } from "./events.ts";

export const teamProjections: Projections<typeof teamEvents> = {
  "team.created": (tx, events) =>
    tx.execute(sql`insert into teams (org_id, id, name, created_at, max_concurrent, auto_merge)
      select e.org_id, e.subject_id, e.data->>'name', e.at, (e.data->>'maxConcurrent')::int, (e.data->>'autoMerge')::boolean
      from ${events}`),
  "team.updated": (tx, events) =>
    tx.execute(sql`update teams t set name = coalesce(e.data->>'name', t.name),
      max_concurrent = coalesce((e.data->>'maxConcurrent')::int, t.max_concurrent),
      auto_merge = coalesce((e.data->>'autoMerge')::boolean, t.auto_merge),
      person_approvals = coalesce((e.data->>'personApprovals')::int, t.person_approvals),
      agent_approvals = coalesce((e.data->>'agentApprovals')::int, t.agent_approvals),
      review_rules = coalesce(e.data->'reviewRules', t.review_rules),
      branch_prefix = coalesce(e.data->>'branchPrefix', t.branch_prefix),
      working_hours = case when e.data ? 'workingHours' then nullif(e.data->'workingHours', 'null'::jsonb) else t.working_hours end,
      default_lease_seconds = case when e.data ? 'defaultLeaseSeconds' then (e.data->>'defaultLeaseSeconds')::int
        else t.default_lease_seconds end,
      default_slots = coalesce((e.data->>'defaultSlots')::int, t.default_slots),
      review_limit = case when e.data ? 'reviewLimit' then (e.data->>'reviewLimit')::int else t.review_limit end,
      silent_minutes = coalesce((e.data->>'silentMinutes')::int, t.silent_minutes),
      default_agent_kind = coalesce(e.data->>'defaultAgentKind', t.default_agent_kind),
      conventions = coalesce(e.data->>'conventions', t.conventions), version = t.version + 1
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "team.paused": (tx, events) =>
    tx.execute(sql`update teams t set paused_at = coalesce(t.paused_at, e.at), paused_by = e.actor, pause_reason = e.data->>'reason',
      pause_mode = coalesce(e.data->>'mode', 'drain')
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "team.resumed": (tx, events) =>
    tx.execute(sql`update teams t set paused_at = null, paused_by = null, pause_reason = null, pause_mode = null
      from ${events} where t.org_id = e.org_id and t.id = e.subject_id`),
  "team.archived": (tx, events) =>
    tx.execute(
      sql`update teams t set archived_at = e.at from ${events} where t.org_id = e.org_id and t.id = e.subject_id`,
    ),
  "team.member_added": (tx, events) =>
    tx.execute(sql`insert into team_members (org_id, team_id, user_id, created_at)
      select e.org_id, e.subject_id, (e.data->>'userId')::uuid, e.at from ${events}`),
  "team.member_removed": (tx, events) =>
    tx.execute(sql`delete from team_members m using ${events}
      where m.org_id = e.org_id and m.team_id = e.subject_id and m.user_id = (e.data->>'userId')::uuid`),
};
