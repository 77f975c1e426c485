import { and, eq } from "drizzle-orm";
import { teams } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

/** A team the actor sees. @throws AppError not_found, the same for missing and foreign. */
export async function findTeam({ tx, actor }: Context, teamId: string) {
  const [team] = await tx
    .select()
    .from(teams)
    .where(and(eq(teams.orgId, actor.orgId), eq(teams.id, teamId)));
  if (!team || !(actor.teams === "all" || actor.teams.includes(teamId))) throw noTeam(teamId);
  return team;
}

/**
 * The team somebody means who names none: an agent's own, or the only one that a person belongs to.
 * @throws AppError invalid when there are several.
 */
export function teamMeant({ actor }: Context, teamId: string | undefined): string {
  const own = actor.agent?.teamId ?? (actor.teams !== "all" && actor.teams.length === 1 ? actor.teams[0] : undefined);
  const meant = teamId ?? own;
  if (meant === undefined) throw new AppError("invalid", "Name the team with teamId; list_teams shows yours.");
  return meant;
}

export const noTeam = (teamId: string): AppError =>
  new AppError("not_found", `There is no team ${teamId} here. list_teams shows yours.`);
