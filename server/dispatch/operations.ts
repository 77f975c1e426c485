import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { nextStep, readRequest } from "../human-requests/queries.ts";
import { tellAnswer } from "../human-requests/clocks.ts";
import { type Work, waitInput, waitResult } from "../leases/schema.ts";
import { type HeldLease, leasesHeld, noticeFor } from "../leases/queries.ts";
import { claimBest, refuseRun } from "../leases/service.ts";
import { countUnread, readMessage } from "../messages/queries.ts";
import { gitCredentialOf } from "../git/lease-password.ts";
import { defineOperation } from "../operation.ts";
import { claimReviews } from "../reviews/service.ts";
import { readTask } from "../tasks/queries.ts";
import { takeNotices } from "./notices.ts";
import type { Offer } from "./parking.ts";

export const waitForWork = defineOperation({
  name: "wait_for_work",
  summary:
    "Get the next thing to do: a task under a lease, for reviewers a review to write, a message to you, or the answer to a question of yours. Waits up to 50 seconds; call it again when it answers null.",
  kind: "wait",
  permission: "work:receive",
  input: waitInput,
  output: waitResult,
  run: offerAtOnce,
  finish: async ({ offered, held, unread, isFull }, { timeoutSeconds }, { runtime, actor, requestId, signal }) => {
    const { agent } = actor;
    if (!agent || !runtime.parking)
      throw new AppError("unavailable", "This process takes no waiting agents. Try again.", { retryAfterSeconds: 1 });
    const offer =
      offered ??
      (await runtime.parking.park(
        {
          orgId: actor.orgId,
          teamId: agent.teamId,
          agentId: actor.id,
          reviews: agent.role === "reviewer",
          keyId: actor.keyId,
          isFull,
        },
        { timeoutSeconds, signal },
      ));
    if (!offer)
      return {
        work: null,
        alsoHeld: held,
        unread,
        ...(await inTransaction(runtime, actor, { requestId }, noticeFor)),
      };
    const alsoHeld = held.filter(({ taskId }) => offer.kind !== "task" || taskId !== offer.taskId);
    return {
      work: await inTransaction(runtime, actor, { requestId }, (context) => readWork(context, offer, signal)),
      alsoHeld,
      unread,
    };
  },
});

/**
 * What is ready now. What the agent should know comes before what it should do. An agent whose slots are full gets back
 * what it holds, so that one that died goes on where it was; when all of that waits for people, it waits too. One with
 * slots to spare is told what it holds, in case an answer with a lease never reached it.
 */
async function offerAtOnce(
  context: Context,
): Promise<{ offered: Offer | undefined; held: HeldLease[]; unread: number; isFull: boolean }> {
  const { actor } = context;
  if (!actor.agent)
    throw new AppError(
      "forbidden",
      "Only agents wait for work. Use a key that is bound to an agent, or take a task with claim_task.",
    );
  refuseRun(actor);
  const [told] = await takeNotices(context, [{ orgId: actor.orgId, agentId: actor.id }]);
  const unread = await countUnread(context);
  if (told) return { offered: told.notice, held: (await leasesHeld(context)).held, unread, isFull: false };
  if (actor.agent.role === "reviewer") {
    const [review] = await claimReviews(context, [
      { orgId: actor.orgId, teamId: actor.agent.teamId, agentId: actor.id, max: 1 },
    ]);
    return {
      offered: review && { kind: "review", taskId: review.taskId, reviewId: review.reviewId },
      held: [],
      unread,
      isFull: false,
    };
  }
  const { held, isFull } = await leasesHeld(context);
  const oldest = held.find(({ waitsForAnswer }) => !waitsForAnswer);
  if (isFull)
    return { offered: oldest && { kind: "task", taskId: oldest.taskId, leaseId: oldest.lease }, held, unread, isFull };
  const grant = await claimBest(context);
  return { offered: grant && { kind: "task", taskId: grant.taskId, leaseId: grant.leaseId }, held, unread, isFull };
}

async function readWork(context: Context, offer: Offer, signal: AbortSignal | undefined): Promise<Work | null> {
  if (offer.kind === "answer") return readAnswer(context, offer.requestId, signal);
  if (offer.kind === "message")
    return { kind: "message", message: (await readMessage(context, offer.messageId)).message };
  const task = await readTask(context, offer.taskId);
  if (offer.kind === "review") return { kind: "review", reviewId: offer.reviewId, task };
  // The lease may have ended between the offer and here (a person reassigned the task): then there is nothing to do.
  if (task.lease?.id !== offer.leaseId) return null;
  return {
    kind: "task",
    lease: task.lease,
    task,
    git: gitCredentialOf(context.settings, context.actor, offer.leaseId),
  };
}

/** What was answered, and the task it was asked for while its asker still holds it: everything to go on with. */
async function readAnswer(context: Context, id: string, signal: AbortSignal | undefined): Promise<Work> {
  const request = await readRequest(context, id);
  const task = request.task && (await readTask(context, request.task.id));
  const lease = task?.lease?.holder.id === context.actor.id ? task.lease : null;
  // Who hung up has heard nothing: it is told again.
  if (!signal?.aborted) await tellAnswer(context, id);
  return {
    kind: "answer",
    request,
    lease,
    task: lease && task,
    git: lease && gitCredentialOf(context.settings, context.actor, lease.id),
    next: nextStep(request),
  };
}
