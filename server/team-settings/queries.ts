import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTeam } from "../teams/finding.ts";
import type { TeamSettings } from "./schema.ts";

/** How a team works, and whether its agents take new work at this moment. @throws AppError not_found */
export async function readTeamSettings(context: Context, teamId: string): Promise<TeamSettings> {
  const { tx, actor } = context;
  await findTeam(context, teamId);
  const [settings] = await tx.execute<TeamSettings & Record<string, unknown>>(sql`select t.id as "teamId", t.version,
      t.max_concurrent as "maxConcurrent", t.auto_merge as "autoMerge", t.person_approvals as "personApprovals",
      t.agent_approvals as "agentApprovals", t.review_rules as "reviewRules", t.branch_prefix as "branchPrefix",
      t.working_hours as "workingHours", t.default_lease_seconds as "defaultLeaseSeconds", t.default_slots as "defaultSlots",
      t.review_limit as "reviewLimit", t.silent_minutes as "silentMinutes", t.conventions,
      json_build_object('now', o.now, 'opensAt', case when o.now then null else
        ${isoTime(sql`next_working_hours(t.working_hours, clock_timestamp())`)} end) as open
    from teams t, lateral (select within_working_hours(t.working_hours, clock_timestamp()) as now) o
    where t.org_id = ${actor.orgId} and t.id = ${teamId}`);
  if (!settings) throw new Error("a team that was found cannot be read");
  return settings;
}
