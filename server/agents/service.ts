import { and, asc, eq, inArray, isNull } from "drizzle-orm";
import type { AgentRole, AgentRuntime } from "#db/enums.ts";
import { agents, teams } from "#db/schema/organizations.ts";
import { tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { requireKind, requireMode } from "../drivers/kinds.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { moveTask } from "../tasks/service.ts";

export interface NewAgent {
  teamId: string;
  name: string;
  role: AgentRole;
  runtime: AgentRuntime;
  isDefault?: boolean;
  isDemonstration?: boolean;
  slots?: number | undefined;
  leaseSeconds?: number | null;
  model?: string | null;
  agentKind?: string | null;
  mode?: string | null;
}

/** Adds an agent to a team that was just made. @returns its id. */
export async function addAgent(context: Context, agent: NewAgent): Promise<string> {
  const id = newId();
  const { teamId, name, role, runtime, isDefault = false, isDemonstration } = agent;
  const { slots = 1, leaseSeconds = null, model = null, agentKind = null, mode = null } = agent;
  refuseUnknownKind({ runtime, agentKind, mode });
  const started = agentKind || mode ? { agentKind, mode } : {};
  const data = { name, role, runtime, isDefault, slots, leaseSeconds, model, ...started };
  await record(context, "agent.created", [
    { subject: id, team: teamId, data: isDemonstration ? { ...data, isDemonstration } : data },
  ]);
  return id;
}

/**
 * Adds an agent to a living team, under a name nobody else there has. @returns its id.
 * @throws AppError not_found for the team; conflict for the name or an archived team.
 */
export async function createAgent(context: Context, agent: NewAgent): Promise<string> {
  const { defaultSlots } = await refuseTakenName(context, agent.teamId, agent.name);
  return addAgent(context, { ...agent, slots: agent.slots ?? defaultSlots });
}

export interface AgentChanges {
  name?: string | undefined;
  role?: AgentRole | undefined;
  slots?: number | undefined;
  leaseSeconds?: number | null | undefined;
  model?: string | null | undefined;
  agentKind?: string | null | undefined;
  mode?: string | null | undefined;
}

/** Changes an agent. One that becomes a reviewer gives back its tasks: reviewers take none. */
export async function updateAgent(context: Context, agentId: string, changes: AgentChanges): Promise<void> {
  await findAgent(context, agentId);
  const agent = await lockAgent(context, agentId);
  if (agent.status === "archived")
    throw new AppError("conflict", `${agent.name} is archived and does not change any more.`);
  if (changes.name && changes.name !== agent.name) await refuseTakenName(context, agent.teamId, changes.name);
  if (Object.values(changes).every((value) => value === undefined)) return;
  refuseUnknownKind({ ...agent, ...changes });
  await record(context, "agent.updated", [{ subject: agentId, team: agent.teamId, data: changes }]);
  if (changes.role === "reviewer" && agent.role !== "reviewer")
    await handBackWork(context, agentId, `${agent.name} reviews from now on.`);
}

/** @throws AppError invalid, naming what there is. */
function refuseUnknownKind({
  runtime,
  agentKind = null,
  mode = null,
}: {
  runtime: AgentRuntime;
  agentKind?: string | null | undefined;
  mode?: string | null | undefined;
}): void {
  if (agentKind === null && mode === null) return;
  if (runtime !== "acp") throw new AppError("invalid", "Only agents of the runtime acp have an agentKind and a mode.");
  if (agentKind === null) throw new AppError("invalid", "Name the agentKind whose mode it is.");
  requireMode(requireKind(agentKind), mode);
}

/**
 * Takes an agent out of service for good: its keys are refused, and what it held or was to do goes back to its team.
 * @throws AppError conflict for the manager that came with the team.
 */
export async function archiveAgent(context: Context, agentId: string): Promise<void> {
  await findAgent(context, agentId);
  const agent = await lockAgent(context, agentId);
  if (agent.status === "archived") return;
  if (agent.isDefault) {
    throw new AppError("conflict", `${agent.name} is the manager of its team, which always has one. Pause it instead.`);
  }
  await record(context, "agent.updated", [{ subject: agentId, team: agent.teamId, data: { status: "archived" } }]);
  await handBackWork(context, agentId, `${agent.name} was archived.`);
}

/** Puts everything somebody holds or was to do back, for whoever is free first. */
export async function handBackWork(context: Context, holderId: string, reason: string, teamId?: string): Promise<void> {
  const { tx, actor } = context;
  const theirs = await tx
    .select()
    .from(tasks)
    .where(
      and(
        eq(tasks.orgId, actor.orgId),
        eq(tasks.assigneeId, holderId),
        inArray(tasks.status, ["todo", "in_progress", "blocked"]),
        isNull(tasks.archivedAt),
        teamId ? eq(tasks.teamId, teamId) : undefined,
      ),
    )
    .orderBy(asc(tasks.id))
    .for("update");
  for (const task of theirs) {
    if (task.status !== "todo") await moveTask(context, task, "todo", { reason, leaseEnd: "revoked" });
  }
  await record(
    context,
    "task.assigned",
    theirs.map((task) => ({ subject: task.id, task: task.id, team: task.teamId, data: { assignee: null } })),
  );
}

/** Ends what an agent works on; its tasks stay assigned where somebody chose it for them. */
export async function endLeasesOf(context: Context, agentId: string, reason: string): Promise<void> {
  const { tx, actor } = context;
  const held = await tx
    .select()
    .from(tasks)
    .where(
      and(
        eq(tasks.orgId, actor.orgId),
        eq(tasks.assigneeId, agentId),
        inArray(tasks.status, ["in_progress", "blocked"]),
        isNull(tasks.archivedAt),
      ),
    )
    .orderBy(asc(tasks.id))
    .for("update");
  for (const task of held) await moveTask(context, task, "todo", { reason, leaseEnd: "revoked" });
}

/** An agent of one of the actor's teams. @throws AppError not_found, the same for missing and foreign. */
export async function findAgent({ tx, actor }: Context, agentId: string) {
  const [agent] = await tx
    .select()
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, agentId)));
  if (!agent || !(actor.teams === "all" || actor.teams.includes(agent.teamId))) {
    throw new AppError("not_found", `There is no agent ${agentId} here. list_agents shows the ones you can see.`);
  }
  return agent;
}

/** Agents are locked before tasks and leases, everywhere: from here on it claims nothing. */
async function lockAgent({ tx, actor }: Context, agentId: string) {
  const [agent] = await tx
    .select()
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, agentId)))
    .for("update");
  if (!agent) throw new AppError("not_found", `There is no agent ${agentId} here.`);
  return agent;
}

/** Holds the team while looking, so that two agents cannot take one name at once. */
async function refuseTakenName(
  { tx, actor }: Context,
  teamId: string,
  name: string,
): Promise<{ defaultSlots: number }> {
  const visible = actor.teams === "all" || actor.teams.includes(teamId);
  const [team] = await tx
    .select({ name: teams.name, archivedAt: teams.archivedAt, defaultSlots: teams.defaultSlots })
    .from(teams)
    .where(and(eq(teams.orgId, actor.orgId), eq(teams.id, teamId)))
    .for("no key update");
  if (!team || !visible) throw new AppError("not_found", `There is no team ${teamId} here. list_teams shows yours.`);
  if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; it takes no agents.`);
  const [namesake] = await tx
    .select({ status: agents.status })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.teamId, teamId), eq(agents.name, name)));
  if (!namesake) return team;
  const archived = namesake.status === "archived" ? " (archived)" : "";
  throw new AppError("conflict", `${team.name} has an agent called ${name} already${archived}. Choose another name.`);
}
