import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { pauseOf } from "../pauses/queries.ts";
import { AppError } from "../errors.ts";
import { findTeam } from "../teams/finding.ts";
import type { Agent } from "./schema.ts";
import { findAgent } from "./service.ts";

/** The agents of the actor's teams, each with what it holds now and its last sign of life. */
export async function listAgents(
  context: Context,
  { teamId, archived }: { teamId?: string | undefined; archived: boolean },
): Promise<{ agents: Agent[] }> {
  const where = sql`${teamId ? sql`a.team_id = ${teamId}` : sql`true`} and ${archived ? sql`true` : sql`a.status <> 'archived'`}`;
  return { agents: await readAgents(context, where) };
}

/** Who of a team does what now, in few words. @throws AppError invalid when it is not clear which team. */
export async function listTeamAgents(context: Context, input: { teamId?: string | undefined }) {
  const teamId = input.teamId ?? context.actor.agent?.teamId;
  if (!teamId) throw new AppError("invalid", "Name the team: list_teams shows yours.");
  await findTeam(context, teamId);
  const { agents } = await listAgents(context, { teamId, archived: false });
  return { agents: agents.map((each) => ({ ...each, freeSlots: Math.max(0, each.slots - each.holds.length) })) };
}

/** One agent. @throws AppError not_found */
export async function readAgent(context: Context, agentId: string): Promise<Agent> {
  await findAgent(context, agentId);
  const [agent] = await readAgents(context, sql`a.id = ${agentId}`);
  if (!agent) throw new Error("an agent that was found cannot be read");
  return agent;
}

async function readAgents({ tx, actor, now }: Context, where: SQL): Promise<Agent[]> {
  const visible = actor.teams === "all" ? sql`true` : sql`a.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[])`;
  return tx.execute<
    Agent & Record<string, unknown>
  >(sql`select a.id, a.team_id as "teamId", a.name, a.role, a.runtime, a.status,
      ${pauseOf("a")} as paused, ${isoTime(sql`a.silent_since`)} as "silentSince",
      a.is_default as "isDefault", a.is_demonstration as "isDemonstration", a.slots, a.lease_seconds as "leaseSeconds", a.model, a.agent_kind as "agentKind", a.mode, ${isoTime(sql`a.created_at`)} as "createdAt",
      ${isoTime(sql`agent_last_seen(a.org_id, a.id)`)} as "lastSeenAt",
      coalesce((select json_agg(json_build_object('leaseId', l.id, 'taskId', t.id, 'number', t.number, 'title', t.title,
          'status', t.status, 'since', ${isoTime(sql`l.started_at`)}, 'expiresAt', ${isoTime(sql`c.expires_at`)}) order by l.started_at)
        from leases l join tasks t on t.org_id = l.org_id and t.id = l.task_id
        left join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id
        where l.org_id = a.org_id and l.agent_id = a.id and l.ended_at is null), '[]') as holds,
      coalesce(s.tokens, 0)::float8 as "tokensToday", coalesce(s.cost, 0)::float8 as "costTodayMicros"
    from agents a left join (select u.agent_id, sum(u.cost_micros) as cost,
        sum(u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_tokens) as tokens
      from usage_records u where u.org_id = ${actor.orgId} and u.booked_at >= ${now.toISOString().slice(0, 10)}::timestamp at time zone 'utc'
      group by 1) s on s.agent_id = a.id
    where a.org_id = ${actor.orgId} and ${visible} and ${where} order by a.is_default desc, a.created_at, a.id limit 1000`);
}
