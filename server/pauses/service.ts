import { and, eq } from "drizzle-orm";
import type { PauseMode } from "#db/enums.ts";
import { agents, organizations, teams } from "#db/schema/organizations.ts";
import { findAgent } from "../agents/service.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { findTeam } from "../teams/finding.ts";
import { haltWork } from "./halt.ts";
import { pauseWords } from "./queries.ts";

interface Scope {
  teamId?: string | undefined;
  agentId?: string | undefined;
}

/** What a pause is about, held until the commit. */
export interface Target {
  scope: "organization" | "team" | "agent";
  id: string;
  /** Null: the whole organization. */
  teamId: string | null;
  pausedAt: Date | null;
  pausedBy: string;
  reason: string;
  mode: PauseMode;
}

/**
 * Stops all claims at once, in the organization, a team or of one agent. `drain` lets what runs go on; `hard` takes it
 * back. Pausing twice changes nothing, except that a drain becomes hard.
 * @returns how many tasks were taken back.
 * @throws AppError not_found; conflict for an archived agent.
 */
export async function pauseWork(
  context: Context,
  { mode, reason, ...scope }: Scope & { mode: PauseMode; reason: string },
): Promise<number> {
  const target = await lockTarget(context, scope);
  if (target.pausedAt && !(mode === "hard" && target.mode === "drain")) return 0;
  const why = reason || target.reason;
  const data = { reason: why, mode };
  await record(context, `${target.scope}.paused`, [{ subject: target.id, team: target.teamId, data }]);
  if (mode === "drain") return 0;
  return haltWork(context, target, pauseWords({ scope: target.scope, by: context.actor.name, reason: why }));
}

/** Lets work start again. A team stays paused while its organization is, and an agent while its team is. */
export async function resumeWork(context: Context, scope: Scope): Promise<void> {
  const target = await lockTarget(context, scope);
  if (!target.pausedAt) return;
  const pausedSeconds = Math.round((context.now.getTime() - target.pausedAt.getTime()) / 1000);
  const data = { pausedSeconds: Math.max(0, pausedSeconds), pausedBy: target.pausedBy };
  await record(context, `${target.scope}.resumed`, [{ subject: target.id, team: target.teamId, data }]);
}

/** Locks what is to be paused against claims and other pauses, so that two people pausing at once leave one event. */
async function lockTarget(context: Context, { teamId, agentId }: Scope): Promise<Target> {
  if (teamId && agentId)
    throw new AppError("invalid", "Name a team or an agent, not both. Without either it is the whole organization.");
  if (agentId) return lockAgent(context, agentId);
  if (teamId) return lockTeam(context, teamId);
  const { tx, actor } = context;
  const [row] = await tx.select().from(organizations).where(eq(organizations.orgId, actor.orgId)).for("no key update");
  if (!row) throw new AppError("not_found", "There is no such organization here.");
  return { scope: "organization", id: actor.orgId, teamId: null, ...stateOf(row) };
}

async function lockTeam(context: Context, teamId: string): Promise<Target> {
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const ours = and(eq(teams.orgId, actor.orgId), eq(teams.id, teamId));
  const [row] = await tx.select().from(teams).where(ours).for("no key update");
  if (!row) throw new Error("a team that was found is gone");
  return { scope: "team", id: teamId, teamId, ...stateOf(row) };
}

async function lockAgent(context: Context, agentId: string): Promise<Target> {
  await findAgent(context, agentId);
  const { tx, actor } = context;
  const ours = and(eq(agents.orgId, actor.orgId), eq(agents.id, agentId));
  const [row] = await tx.select().from(agents).where(ours).for("no key update");
  if (!row) throw new Error("an agent that was found is gone");
  if (row.status === "archived") throw new AppError("conflict", `${row.name} is archived and takes no work anyway.`);
  return { scope: "agent", id: agentId, teamId: row.teamId, ...stateOf(row) };
}

type Row = Pick<typeof teams.$inferSelect, "pausedAt" | "pausedBy" | "pauseReason" | "pauseMode">;

const stateOf = ({ pausedAt, pausedBy, pauseReason, pauseMode }: Row) => ({
  pausedAt,
  pausedBy: pausedBy?.name ?? "somebody",
  reason: pauseReason ?? "",
  mode: pauseMode ?? "drain",
});
