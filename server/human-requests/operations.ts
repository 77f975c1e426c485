import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { respond } from "./answering.ts";
import { consumeApproval } from "./approvals.ts";
import { ask, awaitAnswer, lookForAnswer } from "./asking.ts";
import { answerRequests } from "./batch.ts";
import { listWaiting } from "./decisions.ts";
import { createPolicy, revokePolicy as revoke } from "./policies.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import { withdrawRequest } from "./service.ts";

export const askHuman = defineOperation({
  name: "ask_human",
  summary:
    "Ask people: a question, or an approval of one exact action. Your task is blocked and your lease stands still until the answer. Waits up to 50 seconds; the question stays open after that.",
  kind: "wait",
  permission: "request:ask",
  input: schema.askInput,
  output: schema.askResult,
  run: ask,
  finish: awaitAnswer,
  resume: lookForAnswer,
});

export const getRequest = defineOperation({
  name: "get_request",
  summary: "Read one request to people: what was asked, whether and how it was answered, by whom.",
  kind: "read",
  permission: "task:read",
  input: schema.requestInput,
  output: schema.requestResult,
  run: async (context, { request }) => ({ request: await queries.readRequest(context, request) }),
});

export const getPendingRequests = defineOperation({
  name: "get_pending_requests",
  summary: "List what waits for a person's answer, first what holds up the most agents and tasks.",
  kind: "read",
  permission: "task:read",
  input: schema.pendingInput,
  output: schema.pendingResult,
  run: queries.listPending,
});

export const listWaitingOperation = defineOperation({
  name: "list_waiting",
  summary: "List everything that waits for a person: requests, reviews to give, merges to start, failed tasks; ranked.",
  kind: "read",
  permission: "task:read",
  input: schema.waitingInput,
  output: schema.waitingResult,
  run: listWaiting,
});

export const listRequests = defineOperation({
  name: "list_requests",
  summary: "List requests to people of any status, newest first, with who answered what.",
  kind: "read",
  permission: "task:read",
  input: schema.listInput,
  output: schema.requestPage,
  run: queries.listRequests,
});

export const respondToRequest = defineOperation({
  name: "respond_to_request",
  summary: "Answer a request as a person. The first answer wins; later ones are told whose it was.",
  kind: "command",
  permission: "request:answer",
  input: schema.answerInput,
  output: schema.requestResult,
  run: async (context, input) => ({ request: await queries.readRequest(context, await respond(context, input)) }),
});

export const respondToRequests = defineOperation({
  name: "respond_to_requests",
  summary: "Answer many requests at once, as a person. Says which were refused and why.",
  kind: "command",
  permission: "request:answer",
  input: schema.batchInput,
  output: schema.batchResult,
  run: answerRequests,
});

export const withdrawRequestOperation = defineOperation({
  name: "withdraw_request",
  summary: "Take a question back that nobody needs to answer any more; the task it blocked goes on.",
  kind: "command",
  permission: "request:ask",
  input: schema.withdrawInput,
  output: schema.requestResult,
  run: async (context, input) => {
    const { id } = await withdrawRequest(context, input);
    return { request: await queries.readRequest(context, id) };
  },
});

export const useApproval = defineOperation({
  name: "use_approval",
  summary:
    "Use an approval you were given, right before doing exactly that action: it holds once, for 7 days. Refused when the action differs from what was approved.",
  kind: "command",
  permission: "request:ask",
  input: schema.useApprovalInput,
  output: schema.useApprovalResult,
  run: async (context, { action }) => ({
    request: await queries.readRequest(context, await consumeApproval(context, action)),
  }),
});

export const createApprovalPolicy = defineOperation({
  name: "create_approval_policy",
  summary:
    "Always allow an action in a team, or in one of its repositories, until a moment: it is not asked for again.",
  kind: "command",
  permission: "policies:manage",
  input: schema.policyInput,
  output: schema.policyResult,
  run: async (context, input) => ({ policy: await policyOf(context, await createPolicy(context, input)) }),
});

export const listApprovalPolicies = defineOperation({
  name: "list_approval_policies",
  summary: "List what is always allowed, by whom, until when and how often it was used.",
  kind: "read",
  permission: "task:read",
  input: schema.listPoliciesInput,
  output: schema.policyList,
  run: async (context, input) => ({ policies: await queries.listPolicies(context, input) }),
});

export const revokeApprovalPolicy = defineOperation({
  name: "revoke_approval_policy",
  summary: "Stop allowing an action for good: people are asked again.",
  kind: "command",
  permission: "policies:manage",
  hints: { idempotent: true },
  input: schema.revokePolicyInput,
  output: schema.policyResult,
  run: async (context, { policyId }) => {
    await revoke(context, policyId);
    return { policy: await policyOf(context, policyId) };
  },
});

async function policyOf(context: Context, id: string) {
  const [policy] = await queries.listPolicies(context, { ended: true, only: id });
  if (!policy) throw new AppError("not_found", `There is no policy ${id} here.`);
  return policy;
}
