import { z } from "zod";
import {
  policyAccesses,
  policyScopes,
  policySubjects,
  requestKinds,
  requestStatuses,
  taskStatuses,
} from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { smallestCalls } from "../smallest-call.ts";
import { answerValue, author, humanRequest as requestOfTask, leaseRef, taskRef } from "../tasks/schema.ts";

const mostBytes = 20_000;

const TOO_LONG = `Give JSON of at most ${mostBytes} bytes.`;

/** Plain JSON of a bearable size. */
const json = z.unknown().refine(isPlainJson, TOO_LONG);

function isPlainJson(value: unknown): boolean {
  return z.json().safeParse(value).success && new TextEncoder().encode(JSON.stringify(value)).length <= mostBytes;
}

const option = z.strictObject({
  value: answerValue.describe("What is answered when this is chosen."),
  label: z.string().trim().min(1).max(200),
  description: z.string().max(1_000).optional(),
});

export const action = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^[\w.:/-]{1,200}$/, "Name an action like deploy.production: letters, digits and . _ : / -")
    .describe("What would be done, such as deploy.production."),
  input: json.default({}).describe("With what exactly. Another input is another action."),
});
export type Action = z.output<typeof action>;

const seconds = z.int().min(1);
const requestRef = id.describe("The request to people, by its id.");

export const askInput = z.strictObject({
  request: id.optional().describe("A request of yours to go on waiting for, instead of asking a new one."),
  kind: z
    .enum(["question", "approval", "review", "permission"])
    .default("question")
    .describe("An approval or a permission names its exact action and is answered with yes or no."),
  title: z.string().trim().min(1).max(500).optional().describe("The question in one sentence."),
  detail: z.string().max(mostBytes).default("").describe("What a person must know to answer, as Markdown."),
  task: taskRef.optional().describe("The task it is about. Left out: the one you hold, if it is one."),
  blocks: z
    .boolean()
    .optional()
    .describe("The task waits for the answer and its lease stands still. Left out: yes, while you hold the task."),
  options: z
    .array(option)
    .min(1)
    .max(9)
    .refine(isPlainJson, TOO_LONG)
    .optional()
    .describe("Ready answers to choose from."),
  schema: z
    .record(z.string(), z.unknown())
    .refine(isPlainJson, TOO_LONG)
    .optional()
    .describe("What the answer must look like, as JSON schema: one value, or an object of them. Left out: text."),
  action: action.optional().describe("What an approval or a permission is for, exactly."),
  expiresInSeconds: seconds
    .max(30 * 86_400)
    .optional()
    .describe("When nobody answers within this time you are told so. Left out: it waits until it is answered."),
  timeoutSeconds: z
    .int()
    .min(0)
    .max(50)
    .default(50)
    .describe("How long this call waits. The question stays open after it."),
  lease: leaseRef,
});
smallestCalls.add(askInput, { call: { title: "May I drop the table of old sessions?" } });

/** What an unanswered request costs. */
const cost = z.object({
  tasks: z.int().describe("Tasks that wait for the answer, directly or through others."),
  agents: z.int().describe("Agents that wait for it."),
  criticalPath: z.int().describe("The longest chain of these tasks."),
  words: z.string(),
});

export const humanRequest = requestOfTask.extend({
  schema: z.unknown().describe("The JSON schema that the answer must fit."),
  options: z.array(z.object({ value: answerValue, label: z.string(), description: z.string().optional() })).nullable(),
  action: z.object({ name: z.string(), input: z.unknown() }).nullable(),
  actionHash: z.string().nullable(),
  lasting: z
    .array(
      z.object({ subject: z.enum(policySubjects), access: z.enum(policyAccesses).nullable(), pattern: z.string() }),
    )
    .nullable()
    .describe(
      "Of a tool: each thing a yes for always allows by itself. Null: no pattern says it exactly, or no tool asks.",
    ),
  teamId: id,
  teamName: z.string(),
  task: z.object({ id, number: z.int(), title: z.string(), status: z.enum(taskStatuses) }).nullable(),
  repo: z.object({ id, name: z.string() }).nullable(),
  sessionId: id.nullable(),
  session: z
    .object({ id, name: z.string() })
    .nullable()
    .describe("Where it was asked; null: in none, or in one that is another person's."),
  cost: cost.nullable().describe("While it is open."),
  expiresAt: isoTime.nullable(),
  escalatedAt: isoTime.nullable(),
  policyId: id.nullable(),
  consumedAt: isoTime.nullable().describe("When the approval was used."),
});
export type HumanRequest = z.output<typeof humanRequest>;

export const askResult = z.object({
  status: z.enum(requestStatuses),
  request: id,
  answer: answerValue.nullable().describe("Null while it is pending, and when no answer will come."),
  by: z.string().nullable().describe("Who answered."),
  next: z.string().describe("How to go on."),
});

export const requestInput = z.strictObject({ request: requestRef });
export const requestResult = z.object({ request: humanRequest });

const until = isoTime.nullable().describe("When it ends; null: when somebody revokes it.");
const actionPattern = z
  .string()
  .trim()
  .regex(/^(?=(?:.*[\w]){2})[\w.:/*-]{2,200}$/, "Name an action, with * for anything: git.push or deploy.*")
  .describe("The action's name; * stands for anything.");

export const answerInput = z.strictObject({
  request: requestRef,
  answer: json.describe("What the request's schema asks for; for an approval { approved, note }."),
  alwaysAllow: z
    .strictObject({
      action: actionPattern.optional().describe("Left out: exactly this action's name."),
      repoId: id.nullable().default(null),
      scope: z
        .enum(policyScopes)
        .optional()
        .describe(
          "For a tool of a session's agent: where exactly this is allowed from now on. Left out: in the session.",
        ),
      until,
    })
    .optional()
    .describe("With a yes: grant the same again from now on, until you revoke it."),
});

export const batchInput = z.strictObject({
  answers: z
    .array(z.strictObject({ request: id, answer: json }))
    .min(1)
    .max(100),
});
export const batchResult = z.object({
  answered: z.array(id),
  refused: z.array(z.object({ request: id, reason: z.string() })),
});

export const withdrawInput = z.strictObject({
  request: requestRef,
  reason: z.string().trim().max(2_000).default("").describe("Why nobody needs to answer it any more."),
});

export const pendingInput = z.strictObject({
  teamId: id.optional().describe("Left out: all teams you see."),
  task: taskRef.optional().describe("Only what is asked about this task."),
  kind: z.array(z.enum(requestKinds)).max(requestKinds.length).optional(),
  limit: z.int().min(1).max(200).default(100),
});
export const pendingResult = z.object({
  seq: z.int(),
  requests: z.array(humanRequest).describe("What waits longest and holds up most comes first."),
  total: z.int(),
});

const decision = z.object({
  kind: z.enum(["in_review", "in_approval", "failed", "blocked"]).describe("Where the task stands."),
  task: z.object({ id, number: z.int(), title: z.string(), status: z.enum(taskStatuses) }),
  teamId: id,
  teamName: z.string(),
  since: isoTime,
  by: author.nullable().describe("Whose work it is."),
  words: z.string().nullable().describe("What they say of it, or why it stands there."),
  cost,
});
export type Decision = z.output<typeof decision>;

export const waitingInput = z.strictObject({ teamId: id.optional().describe("Left out: all teams you see.") });
export const waitingResult = z.object({
  seq: z.int(),
  items: z.array(z.object({ id, request: humanRequest.nullable(), decision: decision.nullable() })),
  total: z.int(),
});

export const listInput = z.strictObject({
  teamId: id.optional(),
  status: z.array(z.enum(requestStatuses)).max(requestStatuses.length).optional(),
  before: id.optional().describe("Continue below this request."),
  limit: z.int().min(1).max(200).default(50),
});
export const requestPage = z.object({ requests: z.array(humanRequest), next: id.nullable() });

export const useApprovalInput = z.strictObject({ action: action.describe("The exact action that was approved.") });
export const useApprovalResult = z.object({ request: humanRequest });

export const policy = z.object({
  id,
  teamId: id,
  teamName: z.string(),
  repo: z.object({ id, name: z.string() }).nullable(),
  action: z.string(),
  requestId: id.nullable(),
  createdBy: author,
  createdAt: isoTime,
  expiresAt: isoTime.nullable(),
  revokedAt: isoTime.nullable(),
  revokedBy: author.nullable(),
  uses: z.int().describe("How many requests it has answered."),
});
export type Policy = z.output<typeof policy>;
export const policyInput = z.strictObject({
  teamId: id,
  repoId: id.nullable().default(null),
  action: actionPattern,
  until,
});
export const policyResult = z.object({ policy });
export const listPoliciesInput = z.strictObject({
  teamId: id.optional(),
  ended: z.boolean().default(false).describe("Also those that were revoked or ran out."),
});
export const policyList = z.object({ policies: z.array(policy) });
export const revokePolicyInput = z.strictObject({ policyId: id });
