import type { z } from "zod";
import type { Spender } from "../budgets/freeing.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findTask, type Task } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { type SessionRow, stopSession } from "./closing.ts";
import { lockSessionRow } from "./finding.ts";
import { noSession } from "./queries.ts";
import type { startSessionInput } from "./schema.ts";

/**
 * Begins a session of the actor, on a task or not: what it uses counts for the actor, its team and the task.
 * @returns its id.
 */
export async function startSession(context: Context, input: z.output<typeof startSessionInput>): Promise<string> {
  const { actor } = context;
  const task = input.task ? await findTask(context, input.task) : undefined;
  const teamId = await teamOf(context, task, input.teamId);
  const id = newId();
  await record(context, "session.started", [
    {
      subject: id,
      team: teamId,
      task: task?.id ?? null,
      data: {
        agentId: actor.agent ? actor.id : null,
        userId: actor.agent ? null : actor.id,
        name: input.name ?? (task ? `#${task.number} ${task.title}`.slice(0, 200) : `${actor.name}'s session`),
        model: input.model ?? null,
        planId: task?.planId ?? null,
      },
    },
  ]);
  return id;
}

/** Begins a session in which the product spends for somebody: an agent it drives, or whoever asked for a plan. */
export async function openSessionFor(
  context: Context,
  id: string,
  spent: {
    teamId: string;
    agentId?: string | null | undefined;
    userId?: string | null | undefined;
    taskId?: string | null | undefined;
    purpose: string;
    model: string;
  },
): Promise<void> {
  const { teamId, agentId = null, userId = null, taskId = null, purpose, model } = spent;
  await record(context, "session.started", [
    { subject: id, team: teamId, task: taskId, data: { agentId, userId, name: purpose.slice(0, 200), model } },
  ]);
}

/** Ends a session of the actor and frees what it had set aside. Ending it twice changes nothing. */
export async function endSession(
  context: Context,
  { sessionId, reason }: { sessionId: string; reason?: string | undefined },
): Promise<void> {
  const session = await lockSession(context, sessionId);
  await stopSession(context, session, reason ?? null);
}

/**
 * A session of the actor, locked until the commit: no usage comes in while it ends. Admins may touch those of others.
 * @throws AppError not_found, the same for missing, foreign and another's.
 */
export async function lockSession(context: Context, sessionId: string): Promise<SessionRow> {
  const { actor } = context;
  const session = await lockSessionRow(context, sessionId);
  const isOwn = (session.agentId ?? session.userId) === actor.id || actor.kind === "system";
  if (!(isOwn || actor.permissions.has("budgets:manage"))) throw noSession(sessionId);
  return session;
}

/** @throws AppError conflict when it has ended. */
export function refuseEnded(session: SessionRow): void {
  // One that we drive is paid to the end: what its agent used until it was stopped is booked after that.
  if (session.status !== "stopped" || session.agentKind !== null) return;
  throw new AppError(
    "conflict",
    `The session ${session.id} has ended, so nothing was recorded. Begin another with start_session and record it there.`,
  );
}

export const spenderOf = ({ id, teamId, agentId, userId, planId, taskId }: SessionRow): Spender => ({
  ...{ teamId, agentId, userId, planId, taskId },
  sessionId: id,
});

async function teamOf(context: Context, task: Task | undefined, named: string | undefined): Promise<string> {
  const { actor } = context;
  const teamId = named ? (await findTeam(context, named)).id : (actor.agent?.teamId ?? task?.teamId);
  if (!teamId) throw new AppError("invalid", "Name the task of the session, or with teamId the team that pays for it.");
  if (task && task.teamId !== teamId)
    throw new AppError("invalid", `#${task.number} belongs to another team than the session.`);
  if (actor.agent && actor.agent.teamId !== teamId)
    throw new AppError("forbidden", "An agent's session belongs to its own team. Leave teamId out.");
  return teamId;
}
