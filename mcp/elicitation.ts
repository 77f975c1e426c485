import { randomUUID } from "node:crypto";
import {
  type InputRequest,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Caller } from "#server/door.ts";
import { AppError } from "#server/errors.ts";
import { begin, lookAgain } from "#server/execute.ts";
import { askHuman, getRequest } from "#server/human-requests/operations.ts";
import type { HumanRequest } from "#server/human-requests/schema.ts";
import { answerRequest } from "#server/human-requests/service.ts";
import { openState } from "#server/mcp-tasks/service.ts";
import { callResultOf, callTool, refusedAs, told } from "./call-tool.ts";
import { answerIn, formOf } from "./question-form.ts";
import { runFor, within } from "./run.ts";
import { capabilitiesOf } from "./tasks/extension.ts";

// A question of an agent goes out to people as a row that outlives every process; here it is shown to the person at the
// agent's own client besides, as the fast way. Whoever answers first wins. Only questions: what an agent wants to do is
// never approved through the agent's own client.

/** Under which name a client is asked, and answers. */
export const ANSWER = "answer";

/** For how long a client of the older era is left with the question; its own patience with the call is mostly shorter. */
const CLIENT_SECONDS = 300;
const PING_SECONDS = 5;

const decision = z.object({ requestId: z.uuid() });
const sealed = z.object({ id: z.uuid(), request: z.uuid() });

export interface Asking {
  caller: Caller;
  context: ServerContext;
  /** In a session of the older era. */
  inSession: boolean;
  seal: (payload: unknown) => Promise<string>;
}

/** `ask_human` for a client that can ask its person. Falls back to people elsewhere when that one does not answer. */
export async function askThroughClient(input: Record<string, unknown>, asking: Asking): Promise<unknown> {
  const { caller, context, inSession } = asking;
  try {
    const state = context.mcpReq.requestState();
    if (state !== undefined) return await takeBack(sealed.parse(state), input, asking);
    const decided = await begin(askHuman, caller.runtime, caller.actor, input, caller, async () => {});
    const { requestId: id } = decision.parse(decided);
    const found = await lookAgain(askHuman, caller.runtime, caller.actor, { decided, input }, caller);
    if (found) return callResultOf(told(found));
    const { request } = await runFor(caller, getRequest, { request: id });
    if (!isForClient(request) || input.timeoutSeconds === 0) return await waitForPeople(id, input, asking);
    if (inSession) return await askInSession(request, input, asking);
    return await askInResult(request, asking);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return callResultOf(refusedAs(caller.explain(error)));
  }
}

/** Whether a client of the newer era says that it can show a form. */
export const canElicit = (context: ServerContext): boolean => capabilitiesOf(context)?.elicitation !== undefined;

/**
 * Ends when nobody listens to the call any more. In a session of the older era the library goes on when the connection is
 * cut, for a client that comes back to the stream; what a killed agent was told that way would count as heard.
 */
export const listening = ({ signal }: Caller, { mcpReq }: ServerContext): AbortSignal =>
  AbortSignal.any([mcpReq.signal, signal]);

/** What only people with their own sign-in decide is not shown to whoever runs the agent. */
export const isForClient = ({ kind, status }: Pick<HumanRequest, "kind" | "status">): boolean =>
  kind === "question" && status === "pending";

export const askForm = (request: HumanRequest): InputRequest => inputRequired.elicit(formOf(request));

/** Says what the person at the client said. @throws AppError conflict when somebody was faster, invalid when it does not fit. */
export async function convey(caller: Caller, request: HumanRequest, content: Record<string, unknown>): Promise<void> {
  const answer = answerIn(request, content);
  await within(caller, (inside) => answerRequest(inside, { request: request.id, answer, conveyed: true }));
}

/** The newer era: the call ends with what is asked, and is made again with the answer and the sealed state. */
async function askInResult(request: HumanRequest, { seal }: Asking, complaint?: string) {
  const form = formOf(request);
  const message = complaint ? `${complaint}\n\n${form.message}` : form.message;
  return inputRequired({
    inputRequests: { [ANSWER]: inputRequired.elicit({ ...form, message }) },
    requestState: await seal({ id: randomUUID(), request: request.id }),
  });
}

async function takeBack(state: z.output<typeof sealed>, input: Record<string, unknown>, asking: Asking) {
  const { caller, context } = asking;
  // A state opens once: what came with it the first time is what counts.
  if (!(await within(caller, (inside) => openState(inside, state.id))))
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      "This requestState was used already. Call ask_human anew.",
    );
  const given = inputResponse(context.mcpReq.inputResponses, ANSWER);
  if (given.kind === "elicit" && given.action === "accept") {
    const { request } = await runFor(caller, getRequest, { request: state.request });
    const complaint = await tryToConvey(caller, request, given.content ?? {});
    if (complaint !== undefined) return askInResult(request, asking, complaint);
  }
  return waitForPeople(state.request, input, asking);
}

/** @returns what is wrong with the answer, if the person should try again. */
async function tryToConvey(caller: Caller, request: HumanRequest, content: Record<string, unknown>) {
  try {
    await convey(caller, request, content);
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid") return error.message;
    // Somebody was faster: their answer is told.
    if (error instanceof AppError && error.code === "conflict") return undefined;
    throw error;
  }
}

/** The older era: the question goes out on the call's own stream, and is called off when it is answered elsewhere. */
async function askInSession(request: HumanRequest, input: Record<string, unknown>, asking: Asking) {
  const { caller, context } = asking;
  const { runtime, actor } = caller;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, listening(caller, context)]);
  const elsewhere = runtime.answers
    ? runtime.answers.wait(
        { orgId: actor.orgId, requestId: request.id, keyId: actor.keyId },
        { timeoutSeconds: CLIENT_SECONDS, signal },
      )
    : new Promise<boolean>(() => {});
  const here = askOnStream(request, context, signal)
    // A client that fails at asking has not answered; people elsewhere still may.
    .catch(() => undefined);
  const given = await Promise.race([here, elsewhere.then(() => undefined)]);
  over.abort();
  if (given?.action === "accept") await tryToConvey(caller, request, given.content ?? {});
  return waitForPeople(request.id, input, asking);
}

async function askOnStream(request: HumanRequest, { mcpReq }: ServerContext, signal: AbortSignal) {
  // A client that answers nothing is found out soon; and the first request of a session has the id 0, which the library
  // of that era cannot call off (it takes 0 for none): so the question is never the first.
  await mcpReq.send({ method: "ping" }, { signal, timeout: PING_SECONDS * 1000 });
  return mcpReq.send(
    { method: "elicitation/create", params: formOf(request) },
    { signal, timeout: CLIENT_SECONDS * 1000 },
  );
}

/** The durable way: as for every other client. */
async function waitForPeople(request: string, input: Record<string, unknown>, { caller, context }: Asking) {
  const { timeoutSeconds } = input;
  const waited = { request, ...(typeof timeoutSeconds === "number" && { timeoutSeconds }) };
  return callResultOf(await callTool({ name: askHuman.name, arguments: waited }, caller, listening(caller, context)));
}
