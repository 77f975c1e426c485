import { and, asc, eq, inArray, isNotNull, ne, or } from "drizzle-orm";
import { agents, memberships, teamMembers } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

/** Somebody who can be given work or written to. */
export type Colleague = { kind: "agent" | "user"; id: string };

/**
 * Makes sure that somebody is of a team: an agent of it that is not archived, or an active person who is a member of it
 * or sees all teams.
 * @throws AppError not_found, the same for missing and foreign.
 */
export async function requireInTeam(context: Context, teamId: string, who: Colleague): Promise<void> {
  const found = await (who.kind === "agent" ? findAgent(context, teamId, who.id) : findPerson(context, teamId, who.id));
  if (found.length > 0) return;
  const noun = who.kind === "agent" ? "agent" : "person";
  throw new AppError("not_found", `There is no such ${noun} in this team. list_agents and get_team show who is there.`);
}

/**
 * Makes sure that somebody of a team may be given tasks.
 * @throws AppError not_found; conflict for an agent that reviews.
 */
export async function requireWorker(context: Context, teamId: string, who: Colleague): Promise<void> {
  await requireInTeam(context, teamId, who);
  if (who.kind === "user") return;
  const { tx, actor } = context;
  const [agent] = await tx
    .select({ name: agents.name, role: agents.role })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, who.id)));
  if (agent?.role === "reviewer")
    throw new AppError("conflict", `${agent.name} is a reviewer and takes no tasks. Assign an engineer or a person.`);
}

/**
 * Shares who is to be given work until the commit, so that nobody is archived or deactivated at the same moment and keeps
 * a task that no one will ever do. Before any task: agents come before tasks in the order of locks.
 */
export async function holdAssignees({ tx, actor }: Context, assignees: readonly (Colleague | null)[]): Promise<void> {
  const idsOf = (kind: "agent" | "user") => [
    ...new Set(assignees.flatMap((assignee) => (assignee?.kind === kind ? [assignee.id] : []))),
  ];
  const [agentIds, userIds] = [idsOf("agent"), idsOf("user")];
  if (agentIds.length > 0) {
    const theirs = and(eq(agents.orgId, actor.orgId), inArray(agents.id, agentIds));
    await tx.select({ id: agents.id }).from(agents).where(theirs).orderBy(asc(agents.id)).for("share");
  }
  if (userIds.length > 0) {
    const theirs = and(eq(memberships.orgId, actor.orgId), inArray(memberships.userId, userIds));
    const rows = tx.select({ id: memberships.userId }).from(memberships).where(theirs);
    await rows.orderBy(asc(memberships.userId)).for("share");
  }
}

function findAgent({ tx, actor }: Context, teamId: string, agentId: string) {
  const isInTeam = and(eq(agents.orgId, actor.orgId), eq(agents.teamId, teamId), ne(agents.status, "archived"));
  return tx
    .select({ id: agents.id })
    .from(agents)
    .where(and(isInTeam, eq(agents.id, agentId)));
}

function findPerson({ tx, actor }: Context, teamId: string, userId: string) {
  const isMemberOfTeam = and(
    eq(teamMembers.orgId, memberships.orgId),
    eq(teamMembers.userId, memberships.userId),
    eq(teamMembers.teamId, teamId),
  );
  const isActive = and(eq(memberships.orgId, actor.orgId), eq(memberships.status, "active"));
  const seesTeam = or(isNotNull(teamMembers.userId), inArray(memberships.role, ["owner", "admin"]));
  return tx
    .select({ id: memberships.userId })
    .from(memberships)
    .leftJoin(teamMembers, isMemberOfTeam)
    .where(and(isActive, eq(memberships.userId, userId), seesTeam));
}
