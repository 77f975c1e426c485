import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { inboxMessage } from "../messages/schema.ts";
import { gitCredential, humanRequest, lease, leaseRef, taskDetail, taskRef } from "../tasks/schema.ts";

export const claimInput = z.strictObject({
  task: taskRef.optional().describe("The task to take. Left out: the best ready one for you."),
});

/** The lease stands beside it already; an agent pays for every line it reads. */
const taskOfWork = taskDetail.omit({ lease: true });

/** What a claimer gets: the lease to work under, and everything about the task. */
export const claim = z.object({ lease, task: taskOfWork, git: gitCredential.nullable() });
export type Claim = z.output<typeof claim>;
const notice = z
  .string()
  .optional()
  .describe("Why nothing is given out at the moment: a pause, by whom and why, or the hour.");
export const claimResult = z.object({
  claim: claim.nullable().describe("Null: nothing is ready for you now."),
  notice,
});

export const waitInput = z.strictObject({
  timeoutSeconds: z
    .int()
    .min(0)
    .max(50)
    .default(25)
    .describe("How long to wait for work before answering that there is none."),
});

const unread = z.int().describe("Messages to you that you have not seen: get_inbox shows them.");

export const work = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("task"), lease, task: taskOfWork, git: gitCredential.nullable() }),
  z.object({ kind: z.literal("review"), reviewId: id, task: taskOfWork }),
  z.object({ kind: z.literal("message"), message: inboxMessage }),
  z.object({
    kind: z.literal("answer"),
    request: humanRequest,
    lease: lease.nullable(),
    task: taskOfWork.nullable().describe("The task it was asked for, while you hold it: go on with it."),
    git: gitCredential.nullable(),
    next: z.string(),
  }),
]);
export type Work = z.output<typeof work>;
export const waitResult = z.object({
  work: work.nullable().describe("Null: nothing became ready in time. Call wait_for_work again."),
  alsoHeld: z
    .array(z.object({ lease: id, number: z.int(), title: z.string(), waitsForAnswer: z.boolean() }))
    .describe(
      "Other tasks under your live leases: go on with them, or give them back with release_task. waitsForAnswer: a person must answer first.",
    ),
  unread,
  notice,
});

export const heartbeatInput = z.strictObject({ lease: id.describe("The lease to keep alive.") });
export const heartbeatResult = z.object({ expiresAt: isoTime.nullable(), renewEverySeconds: z.int(), unread });

export const releaseInput = z.strictObject({
  task: taskRef,
  reason: z.string().max(5_000).optional().describe("Why you give it back; the next one reads it."),
  lease: leaseRef,
});
