import { sql } from "drizzle-orm";
import { livingStatuses } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";
import { requireKind } from "../drivers/kinds.ts";
import type { Grant } from "../leases/service.ts";
import { chooseModels } from "../models/choosing.ts";
import { stopDriven, createSession } from "../sessions/conversations.ts";
import { moveSession } from "../sessions/driven.ts";
import { lockSessionRow } from "../sessions/finding.ts";
import { queueMessage } from "../sessions/messages.ts";
import { reachable } from "../sessions/models.ts";
import { assembleContext, contextText } from "../task-contexts/assembly.ts";
import { lockTask, type Task } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { holdsLease } from "../turns/service.ts";
import { takeAnswered, takeWritten } from "./telling.ts";
import { comesBack, waysOfWorking } from "./words.ts";

/** What the product says in a session of an agent. */
export const dispatcher = { kind: "system" as const, id: "dispatch", name: "Entourage" };

/** How an agent of runtime `acp` is started. */
export interface Started {
  agentKind: string | null;
  mode: string | null;
  model: string | null;
}

/**
 * Begins the work of an agent on a task it was given, under the lease: in the session in which it worked on it before, or
 * in a new one. Asked twice for one lease it does nothing. The actor is the agent.
 * @returns the session's id; undefined when the lease has ended.
 * @throws AppError unavailable when no model can be called, and what making a session or workspace throws.
 */
export async function beginTaskSession(context: Context, grant: Grant, agent: Started): Promise<string | undefined> {
  const { tx, actor } = context;
  const task = await lockTask(context, grant.taskId);
  if (!(await holdsLease(context, grant.leaseId))) return undefined;
  const [begun] = await tx.execute<{ id: string }>(sql`select session_id as id from session_runs
    where org_id = ${actor.orgId} and lease_id = ${grant.leaseId}`);
  if (begun) return begun.id;
  await stopOthers(context, task);
  const known = await findSessionOf(context, task);
  const sessionId = known ?? (await createFor(context, task, agent));
  await tx.execute(sql`update session_runs set lease_id = ${grant.leaseId}, nudges = 0, failure_code = null, failure = null
    where org_id = ${actor.orgId} and session_id = ${sessionId}`);
  const told = [...(await takeWritten(context, task)), ...(await takeAnswered(context, task))].map(({ text }) => text);
  const text = known ? comesBack(task, told) : await firstWords(context, task, told);
  const session = await lockSessionRow(context, sessionId);
  if (["stopped", "error"].includes(session.status)) await moveSession(context, session, "initializing");
  if (session.status === "paused") await moveSession(context, session, "ready");
  await queueMessage(context, session, { text, attachmentIds: [], by: dispatcher });
  return sessionId;
}

async function firstWords(context: Context, task: Task, told: readonly string[]): Promise<string> {
  const brief = contextText(await assembleContext(context, { task: task.id }));
  const written = told.length > 0 ? [`## What was written about it\n${told.join("\n\n")}`] : [];
  return [brief, ...written, waysOfWorking(task)].join("\n\n");
}

/** The session in which the agent worked on the task before, and can again. */
async function findSessionOf({ tx, actor }: Context, { id }: Task): Promise<string | undefined> {
  const [known] = await tx.execute<{ id: string }>(sql`select s.id from sessions s
    join session_runs r on r.org_id = s.org_id and r.session_id = s.id and r.lease_id is not null
    where s.org_id = ${actor.orgId} and s.task_id = ${id} and s.agent_id = ${actor.id}
      and s.status not in ('archived', 'removing', 'removed') order by s.id desc limit 1`);
  return known?.id;
}

/** The files of a task are one agent's at a time: those who had it before end. */
async function stopOthers(context: Context, { id }: Task): Promise<void> {
  const { tx, actor } = context;
  const others = await tx.execute<{ id: string }>(sql`select s.id from sessions s
    join session_runs r on r.org_id = s.org_id and r.session_id = s.id and r.lease_id is not null
    where s.org_id = ${actor.orgId} and s.task_id = ${id} and s.agent_id is distinct from ${actor.id}
      and s.status in ${livingStatuses} order by s.id`);
  const system = { ...context, actor: { ...actor, kind: "system" as const } };
  for (const { id: sessionId } of others) await stopDriven(system, sessionId, `${actor.name} works on the task now.`);
}

async function createFor(context: Context, task: Task, { agentKind, mode, model }: Started): Promise<string> {
  const { defaultAgentKind } = await findTeam(context, task.teamId);
  const kind = requireKind(agentKind ?? defaultAgentKind);
  return createSession(context, {
    ...{ teamId: task.teamId, agentId: context.actor.id, agentKind: kind.id, task: task.id },
    model: await reachable(context, kind, await chooseModels(context, task, model)),
    ...(mode ? { mode } : {}),
  });
}
