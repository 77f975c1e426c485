import { and, eq, isNull, sql } from "drizzle-orm";
import { memberships, teamMembers, teams } from "#db/schema/organizations.ts";
import { leases } from "#db/schema/tasks.ts";
import { addAgent, handBackWork } from "../agents/service.ts";
import { setFirstBudget } from "../budgets/service.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { advanceEpochs } from "../realtime/epochs.ts";
import { findTeam, noTeam } from "./finding.ts";

export interface NewTeam {
  name: string;
  maxConcurrent?: number;
  autoMerge?: boolean;
}

/** Makes a team with its `manager` agent and its first budget. @returns the ids of team and agent. */
export async function createTeam(context: Context, { name, maxConcurrent = 32, autoMerge = true }: NewTeam) {
  const teamId = newId();
  await record(context, "team.created", [{ subject: teamId, team: teamId, data: { name, maxConcurrent, autoMerge } }]);
  await setFirstBudget(context, teamId);
  const managerAgentId = await addAgent(context, {
    teamId,
    name: "manager",
    role: "manager",
    runtime: "external",
    isDefault: true,
  });
  return { teamId, managerAgentId };
}

export interface TeamChanges {
  name?: string | undefined;
  maxConcurrent?: number | undefined;
  autoMerge?: boolean | undefined;
}

/** Changes a team's name and how it works. */
export async function updateTeam(context: Context, teamId: string, changes: TeamChanges): Promise<void> {
  await lockLivingTeam(context, teamId);
  if (Object.values(changes).every((value) => value === undefined)) return;
  await record(context, "team.updated", [{ subject: teamId, team: teamId, data: changes }]);
}

/**
 * Closes a team for good; its board stays readable.
 * @throws AppError conflict while somebody works on a task of it.
 */
export async function archiveTeam(context: Context, teamId: string): Promise<void> {
  const { tx, actor } = context;
  const found = await findTeam(context, teamId);
  if (found.archivedAt) return;
  // The lock waits for claims in flight and stops later ones, so the count stays true until the commit.
  const team = await lockLivingTeam(context, teamId);
  const [held] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(leases)
    .where(and(eq(leases.orgId, actor.orgId), eq(leases.teamId, teamId), isNull(leases.endedAt)));
  if (held?.count) {
    throw new AppError(
      "conflict",
      `${held.count === 1 ? "A task of" : `${held.count} tasks of`} ${team.name} ${held.count === 1 ? "is" : "are"} being worked on. Pause the team and wait, or take them back first.`,
    );
  }
  await record(context, "team.archived", [{ subject: teamId, team: teamId, data: {} }]);
}

/** Lets a person see a team and work in it. Owners and admins reach every team without this. */
export async function addTeamMember(
  context: Context,
  { teamId, userId }: { teamId: string; userId: string },
): Promise<void> {
  await lockLivingTeam(context, teamId);
  const member = await findMember(context, userId);
  if (member.status !== "active") throw new AppError("conflict", "This person is deactivated. Reactivate them first.");
  if (await isInTeam(context, teamId, userId)) return;
  await record(context, "team.member_added", [{ subject: teamId, team: teamId, data: { userId } }]);
}

/** Takes a person out of a team; what they held there goes back, and their sight of it ends within seconds. */
export async function removeTeamMember(
  context: Context,
  { teamId, userId }: { teamId: string; userId: string },
): Promise<void> {
  await lockTeam(context, teamId);
  const { role } = await findMember(context, userId);
  if (!(await isInTeam(context, teamId, userId))) return;
  await record(context, "team.member_removed", [{ subject: teamId, team: teamId, data: { userId } }]);
  if (role === "owner" || role === "admin") return;
  await handBackWork(context, userId, "Its assignee left the team.", teamId);
  await advanceEpochs(context, [teamId]);
}

/** A team that is not archived, held against claims and other changes. @throws AppError not_found; conflict when archived. */
export async function lockLivingTeam(context: Context, teamId: string) {
  const team = await lockTeam(context, teamId);
  if (team.archivedAt)
    throw new AppError("conflict", `The team ${team.name} is archived and does not change any more.`);
  return team;
}

/** Not against new rows that name the team (a task that is being made holds others already), only against claims and changes. */
async function lockTeam(context: Context, teamId: string) {
  await findTeam(context, teamId);
  const [team] = await context.tx
    .select()
    .from(teams)
    .where(and(eq(teams.orgId, context.actor.orgId), eq(teams.id, teamId)))
    .for("no key update");
  if (!team) throw noTeam(teamId);
  return team;
}

async function findMember({ tx, actor }: Context, userId: string) {
  const [member] = await tx
    .select()
    .from(memberships)
    .where(and(eq(memberships.orgId, actor.orgId), eq(memberships.userId, userId)));
  if (!member) throw new AppError("not_found", `There is no member ${userId} here. list_members shows who is there.`);
  return member;
}

async function isInTeam({ tx, actor }: Context, teamId: string, userId: string): Promise<boolean> {
  const rows = await tx
    .select({ userId: teamMembers.userId })
    .from(teamMembers)
    .where(and(eq(teamMembers.orgId, actor.orgId), eq(teamMembers.teamId, teamId), eq(teamMembers.userId, userId)));
  return rows.length > 0;
}
