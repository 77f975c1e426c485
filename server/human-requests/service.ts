import { and, eq, ne, sql } from "drizzle-orm";
import type { RequestKind } from "#db/enums.ts";
import { humanRequests } from "#db/schema/human-requests.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { lockLiveLease, parkClock } from "../leases/clocks.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import { findTeam } from "../teams/finding.ts";
import { type AnswerOption, type AnswerSchema, answersTo, parseAnswer } from "./answer-schema.ts";
import { hashOf } from "./canonical.ts";
import { consequences, lockForConsequences } from "./consequences.ts";
import { findRequest, lockRequest, type RequestRow } from "./finding.ts";
import { matchPolicy } from "./policies.ts";
import { refuseAnswerer, refuseClosed } from "./refusals.ts";
import type { Action } from "./schema.ts";

export interface NewRequest {
  kind: RequestKind;
  teamId: string;
  taskId?: string | null | undefined;
  sessionId?: string | null | undefined;
  title: string;
  /** Markdown. */
  detail?: string | undefined;
  schema?: AnswerSchema | undefined;
  options?: readonly AnswerOption[] | undefined;
  /** When it ends unanswered; left out: it waits until it is answered. */
  timeoutSeconds?: number | undefined;
  /** What an approval or a permission is for, exactly. */
  action?: Action | undefined;
  /** The task, which is in progress, is blocked and its lease stands still until the answer. */
  blocksTask?: boolean | undefined;
  /** What the consequence of the answer needs to know. Plain JSON. */
  data?: unknown;
  /** Only a person answers it: no standing permission does. */
  isPersonal?: boolean | undefined;
}

/** A question that nobody answers goes to the top after this time, and admins are told. */
const escalateAfterSeconds = 15 * 60;

/**
 * Asks people something: a row first, and the task's move to `blocked` with it. The same question of the same asker about
 * the same task is asked once while it is open. A standing permission answers it at once.
 * @returns the id of the request.
 * @throws AppError not_found for the team or task, invalid for a schema or option, conflict when the task cannot wait.
 */
export async function openRequest(context: Context, asked: NewRequest): Promise<string> {
  const { kind, action } = asked;
  await findTeam(context, asked.teamId);
  if (!action && (kind === "approval" || kind === "permission"))
    throw new AppError("invalid", `A request of kind ${kind} names its exact action: { name, input }.`);
  const form = answersTo(asked);
  const task = asked.taskId ? await lockTask(context, (await findTask(context, asked.taskId)).id) : undefined;
  const questionHash = hashOf({ kind, title: asked.title, detail: asked.detail, ...form, action, data: asked.data });
  const same = await findSame(context, task, questionHash);
  if (same) return same;
  const policy = asked.isPersonal
    ? undefined
    : await matchPolicy(context, { kind, teamId: asked.teamId, repoId: task?.repoId ?? null, action });
  const blocksTask = asked.blocksTask === true && !policy;
  if (asked.blocksTask && task) await refuseUnlessHeld(context, task);
  if (asked.blocksTask && !task) throw new AppError("invalid", "Name the task that waits for the answer.");
  const id = newId();
  const about = { subject: id, task: task?.id ?? null, team: asked.teamId };
  const inSeconds = (seconds: number) => new Date(context.now.getTime() + seconds * 1_000).toISOString();
  await record(context, "request.opened", [
    {
      ...about,
      data: {
        ...form,
        ...{ kind, title: asked.title, detail: asked.detail ?? "", sessionId: asked.sessionId ?? null, blocksTask },
        ...{
          action: action ?? null,
          actionHash: action ? hashOf(action) : null,
          data: asked.data ?? null,
          questionHash,
        },
        expiresAt: asked.timeoutSeconds ? inSeconds(asked.timeoutSeconds) : null,
        escalateAt: inSeconds(escalateAfterSeconds),
      },
    },
  ]);
  if (policy) {
    const data = { answer: { approved: true, note: `Always allowed: ${policy.actionPattern}` }, policyId: policy.id };
    const actor = {
      kind: "system" as const,
      id: policy.id,
      name: `the standing permission of ${policy.createdBy.name}`,
    };
    await record(context, "request.resolved", [{ ...about, actor, data }]);
  }
  if (blocksTask && task) await blockTask(context, task, asked.title);
  return id;
}

/**
 * Answers a request: the first one wins. What follows from it, and the task going on, happen in the same transaction.
 * `conveyed`: an asker's own client showed the question to its person and brings what they said; questions only.
 * @throws AppError conflict telling who answered what and when; forbidden for agents; invalid for what does not fit.
 */
export async function answerRequest(
  context: Context,
  { request: id, answer, conveyed = false }: { request: string; answer: unknown; conveyed?: boolean },
): Promise<RequestRow> {
  const found = await findRequest(context, id);
  await lockForConsequences(context, [found]);
  const task = found.taskId ? await lockTask(context, found.taskId) : undefined;
  const request = await lockRequest(context, id);
  refuseAnswerer(context, request, conveyed);
  refuseClosed(request);
  const fitting = parseAnswer(request.schema, answer);
  const about = { subject: id, task: request.taskId, team: request.teamId };
  await record(context, "request.resolved", [{ ...about, data: { answer: fitting, policyId: null } }]);
  await consequences[request.kind]?.(context, request, fitting);
  if (task) await letGoOn(context, task, request, `${context.actor.name} answered: ${request.title}`);
  return request;
}

/** Takes a question back: whoever asked it, or people who could answer it. */
export async function withdrawRequest(
  context: Context,
  { request: id, reason }: { request: string; reason?: string | undefined },
): Promise<RequestRow> {
  const found = await findRequest(context, id);
  const task = found.taskId ? await lockTask(context, found.taskId) : undefined;
  const request = await lockRequest(context, id);
  const { actor } = context;
  if (request.askedBy.id !== actor.id && !actor.permissions.has("request:answer") && actor.kind !== "system")
    throw new AppError(
      "forbidden",
      `Only ${request.askedBy.name}, who asked this, and people of the team withdraw it.`,
    );
  refuseClosed(request);
  const data = { reason: reason || `${actor.name} withdrew it.` };
  await record(context, "request.withdrawn", [{ subject: id, task: request.taskId, team: request.teamId, data }]);
  if (task) await letGoOn(context, task, request, `Withdrawn: ${request.title}`);
  return request;
}

/**
 * Takes back what a session's agent asked to be allowed: nobody waits for it any more, and the task it stood still for goes
 * on. Before anything else is locked. The actor is the product.
 */
export async function withdrawPermissionsOf(context: Context, sessionId: string, reason: string): Promise<void> {
  const { tx, actor } = context;
  const open = await tx.execute<{ id: string }>(sql`select id from human_requests where org_id = ${actor.orgId}
    and session_id = ${sessionId} and status = 'pending' and kind = 'permission' order by task_id, id`);
  for (const { id } of open) {
    const request = await findRequest(context, id);
    // Whoever answers it at this moment was first.
    if (request.status === "pending") await withdrawRequest(context, { request: id, reason });
  }
}

async function findSame({ tx, actor }: Context, task: Task | undefined, questionHash: string) {
  // A task that is locked holds a second asking back; where there is none, this does.
  const key = `${actor.orgId}|${actor.id}|${questionHash}`;
  if (!task) await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
  // One that was answered while its asker was dead is the same question still, until the asker is told.
  const [same] = await tx.execute<{ id: string }>(sql`select h.id from human_requests h
    where h.org_id = ${actor.orgId} and h.asked_by->>'id' = ${actor.id} and h.question_hash = ${questionHash}
      and h.task_id is not distinct from ${task?.id ?? null}::uuid and (h.status = 'pending' or (h.status = 'resolved'
        and h.consumed_at is null and not exists (select 1 from told_answers t where t.org_id = h.org_id and t.request_id = h.id and t.again_at is null)))
    order by h.id desc limit 1`);
  return same?.id;
}

async function refuseUnlessHeld(context: Context, task: Task): Promise<void> {
  if (task.status !== "in_progress" && task.status !== "blocked")
    throw new AppError(
      "conflict",
      `#${task.number} is ${task.status}; only a task somebody works on can wait for an answer. Ask without blocks.`,
    );
  if (context.actor.kind === "system") return;
  const lease = await lockLiveLease(context, task.id);
  if (lease && (lease.agentId ?? lease.userId) === context.actor.id) return;
  throw new AppError(
    "conflict",
    `#${task.number} is held by somebody else, so it does not wait for your answer. Ask without blocks.`,
  );
}

async function blockTask(context: Context, task: Task, title: string): Promise<void> {
  if (task.status === "in_progress")
    await moveTask(context, task, "blocked", { reason: `Waits for an answer: ${title}` });
  await parkClock(context, task.id);
}

/** The last answer that a task waited for puts it in progress again; its lease runs anew. */
async function letGoOn(context: Context, { id }: Task, request: RequestRow, reason: string): Promise<void> {
  // What followed from the answer may have moved it.
  const task = await lockTask(context, id);
  if (!request.blocksTask || task.status !== "blocked") return;
  const { tx, actor } = context;
  const others = await tx
    .select({ id: humanRequests.id })
    .from(humanRequests)
    .where(
      and(
        eq(humanRequests.orgId, actor.orgId),
        eq(humanRequests.taskId, task.id),
        eq(humanRequests.status, "pending"),
        eq(humanRequests.blocksTask, true),
        ne(humanRequests.id, request.id),
      ),
    )
    .limit(1);
  if (others.length === 0) await moveTask(context, task, "in_progress", { reason });
}
