import { sql } from "drizzle-orm";
import type { z } from "zod";
import { sessionRuns } from "#db/schema/session-chunks.ts";
import { type Context, systemActor } from "../context.ts";
import { type AgentKind, findKind, requireKind, requireMode } from "../drivers/kinds.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { withdrawPermissionsOf } from "../human-requests/service.ts";
import { newId } from "../ids.ts";
import { refuseOverQuota } from "../quotas/service.ts";
import { modelTiers } from "#db/enums.ts";
import { routingOf } from "../models/service.ts";
import { routeWork } from "../models/routing.ts";
import { inheritFlags } from "../policies/flags.ts";
import { findTask, type Task } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { findWorkspace } from "../workspaces/queries.ts";
import { createWorkspace, openTaskWorkspace } from "../workspaces/service.ts";
import type { SessionRow } from "./closing.ts";
import { cannot, findDriven, lockDriven, moveSession, wakeWorkers } from "./driven.ts";
import { lockSessionRow } from "./finding.ts";
import { hasKeys, reachable, requireModel } from "./models.ts";
import { queueMessage, takeBackMessages } from "./messages.ts";
import type { createSessionInput, forkSessionInput } from "./schema.ts";
import { copyTranscripts } from "./transcripts.ts";
import { isInTurn } from "./transitions.ts";

type NewSession = z.output<typeof createSessionInput> & {
  /** Set: it works as this agent, and belongs to the team rather than to a person. */
  agentId?: string;
};

/**
 * Begins a conversation with an agent of ours: a worker makes its sandbox and starts it.
 * @returns its id. @throws AppError not_found for what is named, invalid for an unknown kind or mode.
 */
export async function createSession(context: Context, input: NewSession): Promise<string> {
  const { actor } = context;
  const { defaultAgentKind } = await findTeam(context, input.teamId);
  const kind = requireKind(input.agentKind ?? defaultAgentKind);
  if (input.model && !input.agentId) await requireModel(context, input.model);
  if (actor.kind === "user" && !input.agentId) await refuseOverQuota(context, actor.id);
  const task = input.task ? await findTask(context, input.task) : undefined;
  if (task && task.teamId !== input.teamId)
    throw new AppError("invalid", `#${task.number} belongs to another team than the session.`);
  const id = newId();
  await record(context, "session.created", [
    {
      ...{ subject: id, team: input.teamId, task: task?.id ?? null },
      data: {
        agentId: input.agentId ?? null,
        userId: actor.kind === "user" && !input.agentId ? actor.id : null,
        planId: task?.planId ?? null,
        name: input.name ?? nameFrom(input.prompt, task) ?? `${kind.name} session`,
        agentKind: kind.id,
        model: input.agentId ? (input.model ?? null) : await modelFor(context, kind, input),
        mode: requireMode(kind, input.mode ?? null),
        ...{ workspaceId: await placeOf(context, input, task), parentId: null },
      },
    },
  ]);
  await context.tx.insert(sessionRuns).values({ orgId: actor.orgId, sessionId: id });
  const { prompt: text } = input;
  if (text) await queueMessage(context, await lockSessionRow(context, id), { text, attachmentIds: [] });
  wakeWorkers(context, id);
  return id;
}

/** Where it works: the named workspace, a new one, the one of its task; null: a bare folder. */
async function placeOf(context: Context, input: NewSession, task: Task | undefined): Promise<string | null> {
  const { teamId, workspaceId, repoId, url, path, empty } = input;
  const made = { repoId, url, path, empty };
  const named = Object.values({ workspaceId, ...made }).filter((one) => one !== undefined);
  if (named.length > 1) throw new AppError("invalid", "Name one of workspaceId, repoId, url, path and empty.");
  if (workspaceId) {
    const workspace = await findWorkspace(context, workspaceId);
    if (workspace.teamId === teamId) return workspaceId;
    throw new AppError("invalid", "The workspace belongs to another team than the session.");
  }
  if (named.length > 0) return createWorkspace(context, { teamId, ...made });
  return task?.repoId ? (await openTaskWorkspace(context, task)).id : null;
}

const nameFrom = (prompt: string | undefined, task: { number: number; title: string } | undefined) =>
  (task ? `#${task.number} ${task.title}` : prompt?.split("\n")[0])?.slice(0, 80);

/**
 * The named model, or the team's usual one that this agent can reach; where that tier has none, one of another tier.
 * Without any key yet a session may stand ready for one, unless it is to answer at once.
 */
async function modelFor(context: Context, kind: AgentKind, input: NewSession): Promise<string | null> {
  const payer = context.actor.kind === "user" && !input.task ? context.actor.id : null;
  const models = input.model ? [input.model] : await usualModels(context, input.teamId);
  if (!input.prompt && !(await hasKeys(context, payer))) return models[0] ?? null;
  return reachable(context, kind, models, payer);
}

async function usualModels(context: Context, teamId: string): Promise<readonly string[]> {
  const routing = await routingOf(context, teamId);
  const { models } = routeWork(routing, { type: "*", complexity: null });
  return [...new Set([...models, ...modelTiers.toReversed().flatMap((tier) => routing.tiers[tier])])];
}

export async function renameSession(context: Context, sessionId: string, name: string): Promise<void> {
  const session = await lockDriven(context, sessionId);
  await record(context, "session.renamed", [{ ...aboutOf(session), data: { name } }]);
}

const aboutOf = ({ id, teamId, taskId }: SessionRow) => ({ subject: id, team: teamId, task: taskId });

export async function setMode(context: Context, sessionId: string, mode: string): Promise<void> {
  const session = await lockDriven(context, sessionId);
  const kind = requireKind(session.agentKind ?? "");
  await record(context, "session.changed", [{ ...aboutOf(session), data: { mode: requireMode(kind, mode) } }]);
  wakeWorkers(context, session.id);
}

/** From its next call on; what is being answered is answered by the model that began. */
export async function setModel(context: Context, sessionId: string, model: string): Promise<void> {
  if (!model.includes("/"))
    throw new AppError("invalid", "Name the model with its provider: anthropic/claude-sonnet-5-5.");
  await requireModel(context, model);
  const session = await lockDriven(context, sessionId);
  await requireReachable(context, session, model);
  await record(context, "session.changed", [{ ...aboutOf(session), data: { model } }]);
  wakeWorkers(context, session.id);
}

/** Without any key yet a session may stand ready for one. @throws AppError unavailable, naming the keys there are. */
async function requireReachable(context: Context, session: SessionRow, model: string): Promise<void> {
  const kind = findKind(session.agentKind);
  const payer = session.agentId || session.taskId ? null : session.userId;
  if (kind && (await hasKeys(context, payer))) await reachable(context, kind, [model], payer);
}

/** Ends the turn and takes back what waits; the session goes on. @throws AppError conflict when no turn runs. */
export async function cancelTurn(context: Context, sessionId: string): Promise<void> {
  const session = await lockDriven(context, sessionId);
  if (!isInTurn(session.status)) throw cannot(session, "cancelled");
  await takeBackMessages(context, session);
  await context.tx.execute(sql`update session_runs set cancel_turn = ${session.turns}
    where org_id = ${session.orgId} and session_id = ${session.id}`);
  wakeWorkers(context, session.id);
}

/** Ends the turn; nothing further is taken up until it is resumed. What waits goes on waiting. */
export async function pauseSession(context: Context, sessionId: string): Promise<void> {
  const session = await lockDriven(context, sessionId);
  if (session.status !== "paused")
    await moveSession(context, session, "paused", { reason: `${context.actor.name} paused it` });
}

/**
 * Lets a paused session go on, or takes up one that was stopped or failed. Its model may have lost its key meanwhile.
 * @throws AppError unavailable, naming the keys there are, conflict where it cannot be taken up
 */
export async function resumeSession(context: Context, sessionId: string): Promise<void> {
  const session = await lockDriven(context, sessionId);
  // What works as an agent is given a model each time, by the team's routes.
  if (session.model && !session.agentId) await requireReachable(context, session, session.model);
  await moveSession(context, session, session.status === "paused" ? "ready" : "initializing");
}

/** Ends everything of it that runs. Its conversation stays and can be resumed. */
export async function stopDriven(context: Context, sessionId: string, reason: string): Promise<void> {
  // Whether the actor may is asked first; the requests are locked before the session, as everywhere.
  await findDriven(context, sessionId);
  const system = { ...context, actor: systemActor(context.actor.orgId, "sessions") };
  await withdrawPermissionsOf(system, sessionId, "The session was stopped.");
  const session = await lockDriven(context, sessionId);
  if (session.status === "stopped") return;
  await takeBackMessages(context, session);
  await moveSession(context, session, "stopped", { reason });
}

export async function archiveSession(context: Context, sessionId: string): Promise<void> {
  const session = await lockDriven(context, sessionId);
  if (session.status !== "archived") await moveSession(context, session, "archived");
}

/** For good: its conversation and its files go; what it cost stays. */
export async function removeSession(context: Context, sessionId: string): Promise<void> {
  const session = await lockDriven(context, sessionId);
  if (session.status !== "removing") await moveSession(context, session, "removing");
}

/** A second session that has the same past and goes its own way from here, in the same workspace. @returns its id. */
export async function forkSession(context: Context, input: z.output<typeof forkSessionInput>): Promise<string> {
  const { actor, tx } = context;
  const parent = await lockDriven(context, input.sessionId);
  if (isInTurn(parent.status) || !["ready", "paused", "stopped", "error", "archived"].includes(parent.status))
    throw cannot(parent, "forked");
  const id = newId();
  const { agentId, planId, agentKind, model, mode, workspaceId } = parent;
  await record(context, "session.created", [
    {
      ...aboutOf(parent),
      subject: id,
      data: {
        ...{ agentId, planId, model, mode, workspaceId, parentId: parent.id, agentKind: agentKind ?? "" },
        userId: actor.kind === "user" ? actor.id : parent.userId,
        name: input.name ?? `${parent.name.slice(0, 180)} (fork)`,
      },
    },
  ]);
  await tx.insert(sessionRuns).values({ orgId: actor.orgId, sessionId: id });
  await tx.execute(sql`insert into session_chunks (org_id, session_id, seq, turn, kind, data, at)
    select org_id, ${id}, seq, 0, kind, data, at from session_chunks where org_id = ${actor.orgId} and session_id = ${parent.id}`);
  await copyTranscripts(context, parent.id, id);
  await inheritFlags(context, parent.id, { ...parent, id });
  wakeWorkers(context, id);
  return id;
}
