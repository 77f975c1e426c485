import { type SQL, sql } from "drizzle-orm";
import type { PauseMode } from "#db/enums.ts";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { Pause } from "./schema.ts";

/** A pause as JSON for readers, of a row of organizations, teams or agents. */
export const pauseOf = (alias: string): SQL => {
  const row = sql.identifier(alias);
  return sql`case when ${row}.paused_at is null then null else json_build_object('at', ${isoTime(sql`${row}.paused_at`)},
    'by', ${row}.paused_by, 'reason', coalesce(${row}.pause_reason, ''), 'mode', coalesce(${row}.pause_mode, 'drain')) end`;
};

/** Whether the organization, a team or an agent is paused itself, by whom and why. */
export async function readPause(
  { tx, actor }: Context,
  { teamId, agentId }: { teamId?: string | undefined; agentId?: string | undefined },
): Promise<Pause | null> {
  const from = agentId ? sql`agents p` : teamId ? sql`teams p` : sql`organizations p`;
  const id = agentId ?? teamId;
  const [row] = await tx.execute<{ paused: Pause | null }>(
    sql`select ${pauseOf("p")} as paused from ${from} where p.org_id = ${actor.orgId} ${id ? sql`and p.id = ${id}` : sql``}`,
  );
  return row?.paused ?? null;
}

/** A pause that is in force for somebody's work. */
export interface PauseInForce {
  scope: "organization" | "team" | "agent";
  by: string;
  reason: string;
  mode: PauseMode;
}

/** The pause that stops work of a team (and of one agent there) now: a hard one before others, the wider before the narrower. */
export async function findPause(
  { tx, actor }: Context,
  { orgId = actor.orgId, teamId, agentId }: { orgId?: string; teamId: string; agentId?: string | undefined },
): Promise<PauseInForce | undefined> {
  const pausedIn = (
    table: "organizations" | "teams" | "agents",
    rank: number,
    scope: PauseInForce["scope"],
    where: SQL,
  ) =>
    sql`select ${rank}::int as rank, ${scope}::text as scope, coalesce(paused_by->>'name', 'somebody') as by,
      coalesce(pause_reason, '') as reason, coalesce(pause_mode, 'drain') as mode
      from ${sql.identifier(table)} where org_id = ${orgId} and paused_at is not null and ${where}`;
  const [found] = await tx.execute<PauseInForce & Record<string, unknown>>(sql`select scope, by, reason, mode from (
      ${pausedIn("organizations", 0, "organization", sql`true`)}
      union all ${pausedIn("teams", 1, "team", sql`id = ${teamId}`)}
      union all ${pausedIn("agents", 2, "agent", sql`id = ${agentId ?? null}::uuid`)}
    ) p order by mode = 'hard' desc, rank limit 1`);
  return found;
}

/** "Work is paused by Olivia: the disk is full." */
export function pauseWords({ scope, by, reason }: Omit<PauseInForce, "mode">): string {
  const what = { organization: "All work", team: "The team's work", agent: "This agent" }[scope];
  const why = reason && /[.!?]$/.test(reason) ? `: ${reason}` : reason ? `: ${reason}.` : ".";
  return `${what} is paused by ${by}${why}`;
}
