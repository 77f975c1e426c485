import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import { listAgents } from "../agents/queries.ts";
import type { Context } from "../context.ts";
import { pauseOf } from "../pauses/queries.ts";
import { findTeam } from "./finding.ts";
import type { Team, TeamDetail } from "./schema.ts";

/** The teams the actor sees, the oldest first. */
export async function listTeams(context: Context, { archived }: { archived: boolean }): Promise<{ teams: Team[] }> {
  return { teams: await readTeams(context, archived ? sql`true` : sql`t.archived_at is null`) };
}

/** One team with its people and its agents. Owners and admins reach it too, but only its own members are listed. */
export async function readTeam(context: Context, teamId: string): Promise<TeamDetail> {
  const { tx, actor } = context;
  await findTeam(context, teamId);
  const [team] = await readTeams(context, sql`t.id = ${teamId}`);
  if (!team) throw new Error("a team that was found cannot be read");
  const members = await tx.execute<TeamDetail["members"][number] & Record<string, unknown>>(sql`
    select tm.user_id as "userId", coalesce(u.name, 'somebody') as name, m.role from team_members tm
      join memberships m on m.org_id = tm.org_id and m.user_id = tm.user_id and m.status = 'active'
      left join users u on u.id = tm.user_id
     where tm.org_id = ${actor.orgId} and tm.team_id = ${teamId} order by tm.created_at, tm.user_id`);
  const { agents } = await listAgents(context, { teamId, archived: false });
  return { ...team, members, agents };
}

async function readTeams({ tx, actor }: Context, where: SQL): Promise<Team[]> {
  const visible = actor.teams === "all" ? sql`true` : sql`t.id = any(${`{${actor.teams.join(",")}}`}::uuid[])`;
  return tx.execute<
    Team & Record<string, unknown>
  >(sql`select t.id, t.name, ${isoTime(sql`t.created_at`)} as "createdAt",
      ${isoTime(sql`t.archived_at`)} as "archivedAt", t.max_concurrent as "maxConcurrent", t.auto_merge as "autoMerge",
      t.default_agent_kind as "defaultAgentKind",
      ${pauseOf("t")} as paused,
      (select count(*)::int from team_members m join memberships s on s.org_id = m.org_id and s.user_id = m.user_id and s.status = 'active'
        where m.org_id = t.org_id and m.team_id = t.id) as members,
      (select count(*)::int from agents a where a.org_id = t.org_id and a.team_id = t.id and a.status <> 'archived') as agents
    from teams t where t.org_id = ${actor.orgId} and ${visible} and ${where} order by t.created_at, t.id`);
}
