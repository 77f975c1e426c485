import type { ModelMessage } from "ai";
import { z } from "zod";
import type { Actor, Context, Runtime } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { tellAnswer } from "#server/human-requests/clocks.ts";
import { readRequest } from "#server/human-requests/queries.ts";
import { openRequest } from "#server/human-requests/service.ts";
import { newId } from "#server/ids.ts";
import { converse } from "#server/llm/converse.ts";
import type { Task } from "#server/tasks/finding.ts";
import { toolsFor } from "#server/tools/registry.ts";
import { runTool } from "#server/tools/run.ts";
import type { Tool, ToolContext, ToolDeps } from "#server/tools/tool.ts";
import { holdsLease, keepMessages, leaveTurn, type Turn } from "#server/turns/service.ts";
import { askHumanTool, instructions } from "./instructions.ts";
import type { LiveLog } from "./live-log.ts";
import { answerTo, type OpenCall, openCalls, sameInARow } from "./transcript.ts";

/** One turn under way: everything its steps need. */
export interface Going {
  models: Runtime;
  deps: ToolDeps;
  log: LiveLog;
  actor: Actor;
  turn: Turn;
  task: Task;
  messages: ModelMessage[];
  /** In the order in which they are tried. */
  chain: readonly string[];
  tools: Tool[];
  toolContext: ToolContext;
  signal: AbortSignal;
}

/** Bounds of one turn: a model that has not come to an end by then goes round in circles. */
const mostSteps = 80;
const mostSame = 5;
const mostOutputTokens = 8_192;

/** The turn cannot come to a good end, however often it is tried. */
export class TurnFailure extends Error {}
/** The lease is gone: nothing more is written. */
export class TurnLost extends Error {}

export const transact = <Result>(
  { models, actor }: Pick<Going, "models" | "actor">,
  work: (context: Context) => Promise<Result>,
) => inTransaction(models, actor, { requestId: `turn-${newId()}` }, work);

/**
 * Goes on until the model has nothing more to do, or waits for people. Each answer and each result is kept before the
 * next step, so that whoever takes the turn up does none of them again.
 */
export async function goOn(going: Going): Promise<"done" | "parked"> {
  for (;;) {
    going.signal.throwIfAborted();
    for (const call of openCalls(going.messages)) if (!(await answerCall(going, call))) return "parked";
    const last = going.messages.at(-1);
    if (last?.role === "assistant") return "done";
    refuseCircles(going);
    await askModel(going);
  }
}

function refuseCircles({ messages }: Going): void {
  const steps = messages.filter(({ role }) => role === "assistant").length;
  if (steps >= mostSteps) throw new TurnFailure(`The model did not come to an end within ${mostSteps} steps.`);
  if (sameInARow(messages) >= mostSame)
    throw new TurnFailure(`The model made the same call ${mostSame} times in a row: it goes round in circles.`);
}

async function askModel(going: Going): Promise<void> {
  const { models, actor, turn, task, messages, chain, tools, signal, log } = going;
  const described = tools.map(({ name, description, parameters }) => ({ name, description, parameters }));
  let kept = true;
  const reply = await converse(models, {
    ...{ orgId: turn.orgId, teamId: turn.teamId, agentId: turn.agentId, taskId: task.id, actor },
    ...{ sessionId: turn.sessionId, purpose: "turn", model: chain, system: instructions, messages },
    ...{ tools: [...described, askHumanTool], maxOutputTokens: mostOutputTokens, signal },
    onPart: (part) => log.say(turn, part),
    // In the transaction of the cost. A lease that is gone keeps the money right and the conversation as it was.
    keep: async (context, { messages: added, model }) => {
      kept = await keepMessages(context, turn, messages.length, added, model);
    },
  });
  if (!kept) throw new TurnLost();
  messages.push(...reply.messages);
  log.kept(turn);
  if (reply.finishReason !== "length" || reply.toolCalls.length > 0) return;
  await keepOwn(going, [{ role: "user", content: "You were cut off in the middle. Go on where you stopped." }]);
}

/** Writes messages of ours. */
export async function keepOwn(going: Going, added: ModelMessage[]): Promise<void> {
  const { turn, messages, log } = going;
  const kept = await transact(going, (context) => keepMessages(context, turn, messages.length, added));
  if (!kept) throw new TurnLost();
  messages.push(...added);
  log.kept(turn);
}

/** @returns false when the turn waits for people now. */
async function answerCall(going: Going, call: OpenCall): Promise<boolean> {
  if (call.name === askHumanTool.name) return askPeople(going, call);
  const { deps, toolContext, tools } = going;
  const result = await runTool(deps, toolContext, [...tools, askHumanShown], call);
  await keepOwn(going, [answerTo(call, result)]);
  return true;
}

/** For the list of names that a model is told when it calls one that is not there. */
const askHumanShown: Tool = {
  ...askHumanTool,
  sideEffect: "none",
  execute: () => Promise.reject(new AppError("invalid", "ask_human is answered by people.")),
};

const question = z.object({
  question: z.string().trim().min(1).max(500),
  detail: z.string().max(10_000).optional(),
  options: z.array(z.string().min(1).max(200)).max(9).optional(),
});

async function askPeople(going: Going, call: OpenCall): Promise<boolean> {
  const { turn, task } = going;
  if (turn.requestId) return bringAnswer(going, call, turn.requestId);
  const { data, error } = question.safeParse(call.input);
  if (!data) {
    const text = `ask_human: ${z.prettifyError(error)}. It takes question, detail (optional), options (optional).`;
    await keepOwn(going, [answerTo(call, { text, isError: true })]);
    return true;
  }
  const options = data.options?.map((option) => ({ value: option, label: option }));
  return transact(going, async (context) => {
    if (!(await holdsLease(context, turn.leaseId))) throw new TurnLost();
    const requestId = await openRequest(context, {
      ...{ kind: "question", teamId: task.teamId, taskId: task.id, sessionId: turn.sessionId, blocksTask: true },
      ...{ title: data.question, detail: data.detail, ...(options && options.length > 0 ? { options } : {}) },
      data: { turnId: turn.id, callId: call.id },
    });
    await leaveTurn(context, turn, { status: "parked", requestId, reason: "It waits for the answer of people." });
    return false;
  });
}

async function bringAnswer(going: Going, call: OpenCall, requestId: string): Promise<boolean> {
  const { turn } = going;
  const request = await transact(going, (context) => readRequest(context, requestId));
  if (request.status === "pending") {
    await transact(going, (context) => leaveTurn(context, turn, { status: "parked", requestId }));
    return false;
  }
  const answer = typeof request.answer === "string" ? request.answer : JSON.stringify(request.answer);
  const text =
    request.status === "resolved"
      ? `${request.closedBy?.name ?? "Somebody"} answered: ${answer}`
      : "Nobody answered, and nobody will. Go on as well as you can without it.";
  await transact(going, (context) => tellAnswer(context, requestId));
  turn.requestId = null;
  await keepOwn(going, [answerTo(call, { text, isError: request.status !== "resolved" })]);
  return true;
}

export async function openTools(going: Omit<Going, "tools" | "messages">): Promise<Tool[]> {
  const { deps, toolContext, task } = going;
  return toolsFor(deps, toolContext, task.allowedTools ?? undefined);
}
