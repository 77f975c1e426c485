import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { leasesHeld } from "../leases/queries.ts";
import type { FinishContext } from "../operation.ts";
import { findTask } from "../tasks/finding.ts";
import { readSchema } from "./answer-schema.ts";
import { findRequest } from "./finding.ts";
import { nextStep, readRequest } from "./queries.ts";
import type { askInput, askResult } from "./schema.ts";
import { openRequest } from "./service.ts";
import { tellAnswer } from "./clocks.ts";

type Ask = z.output<typeof askInput>;

/** Opens the request, or finds the one that is to be waited for. What comes back is plain: any process can go on from it. */
export async function ask(context: Context, input: Ask): Promise<{ requestId: string }> {
  const { actor } = context;
  if (input.request) {
    const request = await findRequest(context, input.request);
    if (request.askedBy.id !== actor.id)
      throw new AppError("forbidden", `${request.askedBy.name} asked this. get_request reads it.`);
    return { requestId: request.id };
  }
  if (!input.title)
    throw new AppError(
      "invalid",
      'Ask with `title`, such as {"title":"May I drop the table?"}, or name a `request` of yours to go on waiting for.',
    );
  const subject = await subjectOf(context, input);
  const requestId = await openRequest(context, {
    ...{ kind: input.kind, title: input.title, detail: input.detail, action: input.action },
    sessionId: context.actor.sessionId,
    ...{
      schema: input.schema && readSchema(input.schema),
      options: input.options,
      timeoutSeconds: input.expiresInSeconds,
    },
    ...subject,
  });
  return { requestId };
}

/** What it is about: the named task, or the one the agent holds; it waits, unless said otherwise, while held by the asker. */
async function subjectOf(context: Context, { task: ref, blocks }: Ask) {
  const { actor, tx } = context;
  const { held } = actor.agent ? await leasesHeld(context) : { held: [] };
  const [only] = held.length === 1 ? held : [];
  const task = ref ? await findTask(context, ref) : only && (await findTask(context, only.taskId));
  if (!task) {
    const teamId =
      actor.agent?.teamId ?? (await teamOfSession(context)) ?? (actor.teams === "all" ? undefined : actor.teams[0]);
    if (!teamId || blocks) throw new AppError("invalid", "Name the task that it is about.");
    return { teamId, taskId: null, blocksTask: false };
  }
  const [own] = await tx.execute(sql`select 1 from leases where org_id = ${actor.orgId} and task_id = ${task.id}
    and ended_at is null and coalesce(agent_id, user_id)::text = ${actor.id}`);
  return { teamId: task.teamId, taskId: task.id, blocksTask: blocks ?? own !== undefined };
}

async function teamOfSession({ tx, actor }: Context): Promise<string | undefined> {
  if (actor.sessionId === undefined) return undefined;
  const [session] = await tx.execute<{ teamId: string }>(sql`select team_id as "teamId" from sessions
    where org_id = ${actor.orgId} and id = ${actor.sessionId}`);
  return session?.teamId;
}

/** Waits without a transaction, then says what came of it; the asker is told of an answer once. */
export async function awaitAnswer(
  { requestId }: { requestId: string },
  { timeoutSeconds }: Ask,
  { runtime, actor, requestId: correlation, signal }: FinishContext,
): Promise<z.input<typeof askResult>> {
  const transact = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, actor, { requestId: correlation }, work);
  let request = await transact((context) => readRequest(context, requestId));
  if (request.status === "pending" && timeoutSeconds > 0) {
    if (!runtime.answers)
      throw new AppError("unavailable", "This process takes no waiting calls. Try again.", { retryAfterSeconds: 1 });
    await runtime.answers.wait({ orgId: actor.orgId, requestId, keyId: actor.keyId }, { timeoutSeconds, signal });
    request = await transact((context) => readRequest(context, requestId));
  }
  // Who hung up has heard nothing: the answer is brought again.
  if (request.status !== "pending" && !signal?.aborted) await transact((context) => tellAnswer(context, requestId));
  const by = request.closedBy?.name ?? null;
  return { status: request.status, request: requestId, answer: request.answer ?? null, by, next: nextStep(request) };
}

/** One look for the answer, for a call that outlives its connection; nothing while nobody has answered. */
export async function lookForAnswer(
  decided: { requestId: string },
  input: Ask,
  context: FinishContext,
): Promise<z.input<typeof askResult> | undefined> {
  const found = await awaitAnswer(decided, { ...input, timeoutSeconds: 0 }, context);
  return found.status === "pending" ? undefined : found;
}
