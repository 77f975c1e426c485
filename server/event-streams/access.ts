import { sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { findEndedCallers } from "../auth/ended-callers.ts";
import type { Actor } from "../context.ts";

/**
 * What readers may see at this moment, in their order: the teams of each, nothing for those who would not be let in any more.
 * Three statements, whatever their number, in a system transaction.
 */
export async function teamsOfReaders(tx: Tx, readers: readonly Actor[]): Promise<(Actor["teams"] | undefined)[]> {
  // The operator came with what is on disk, which does not end.
  const callers = readers
    .filter(({ kind }) => kind !== "system")
    .map((actor) => {
      const { orgId, id: actorId, keyId, signInId, familyId } = actor;
      return { actor, orgId, actorId, keyId, signInId, familyId };
    });
  const ended = new Set([...(await findEndedCallers(tx, callers))].map(({ actor }) => actor));
  const ids = `{${[...new Set(callers.map(({ actorId }) => actorId))].join(",")}}`;
  const rows = await tx.execute<{ who: string; isAll: boolean; teams: string[] }>(sql`
    select m.org_id || '|' || m.user_id as who, m.role in ('owner', 'admin') as "isAll", array(select tm.team_id::text
        from team_members tm where tm.org_id = m.org_id and tm.user_id = m.user_id) as teams
      from memberships m where m.user_id = any(${ids}::uuid[]) and m.status = 'active'
    union all
    select a.org_id || '|' || a.id, false, array[a.team_id::text] from agents a
     where a.id = any(${ids}::uuid[]) and a.status <> 'archived'`);
  const seen = new Map(rows.map(({ who, isAll, teams }) => [who, isAll ? ("all" as const) : teams]));
  return readers.map((actor) => {
    if (actor.kind === "system") return actor.teams;
    return ended.has(actor) ? undefined : seen.get(`${actor.orgId}|${actor.id}`);
  });
}

/** What concerns the whole organization is seen by all of its people; what concerns a team, by those who see the team. */
export const seesTeam = ({ teams }: Pick<Actor, "teams">, teamId: string | null): boolean =>
  teamId === null || teams === "all" || teams.includes(teamId);
