import { setTimeout as delay } from "node:timers/promises";
import { overBudget } from "../budgets/refusals.ts";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { openKey } from "../credentials/service.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { partsOf } from "../models/routing.ts";
import { guardedFetch } from "../outgoing/guarded-fetch.ts";
import type { Tokens } from "../prices/service.ts";
import { chat, noteUsage } from "../tracing/gen-ai.ts";
import { inSpan } from "../tracing/spans.ts";
import { boundOf } from "./bounds.ts";
import { breakerOf } from "./breakers.ts";
import { type Called, callModel } from "./calling.ts";
import type { Conversation, Reply } from "./conversation.ts";
import { modelAt } from "./endpoint-model.ts";
import { CallFailure } from "./failures.ts";
import { noteFailure } from "./outage.ts";
import { type Prepared, prepareCall } from "./reserving.ts";
import { endSessionOf, freeMoney, holdMoney, insist, settleCall, usedOf } from "./settling.ts";

/** Tries of one question: others models of the chain count too. */
const mostAttempts = 4;
/** Longer than this nobody waits here with a question in hand: whoever asked is told when to come back. */
const mostWaitSeconds = 5;

/**
 * Says something to a model and brings its answer: the one way to any model. Money is set aside for the most the call can
 * cost, then the call is made (streaming), then what it used is booked; a process that dies in between leaves a
 * reservation that ends by itself. Faults that pass are tried again, with the next model of the chain where the provider
 * wants to be left alone. What was used by a call that broke off is booked as reported, or with its bound.
 * @throws AppError over_budget when a cap has no room; unavailable when no model can be called now (with
 * `retryAfterSeconds` where waiting helps); invalid when the provider refuses just this; conflict when `signal` aborted.
 */
export async function converse(models: Runtime, asked: Conversation): Promise<Reply> {
  const sessionId = asked.sessionId ?? newId();
  const bound = boundOf(asked);
  const transact = transactor(models, asked);
  let isOwnSession = asked.sessionId === undefined;
  try {
    for (let attempt = 1; ; attempt++) {
      const preparation = await transact((context) =>
        prepareCall(context, models, asked, { bound, sessionId, isOwnSession }),
      );
      if (!preparation.ok) throw overBudget(preparation.refusal);
      isOwnSession = false;
      try {
        const { prepared } = preparation;
        const words = () => {
          const { provider, name: model } = partsOf(prepared.model);
          return chat({ provider, model, maxTokens: bound.outputTokens });
        };
        return await inSpan(words, async (span) => {
          const reply = await attemptCall(models, asked, prepared, { bound, transact });
          noteUsage(span, reply.usage);
          return reply;
        });
      } catch (error) {
        if (!(error instanceof CallFailure)) throw error;
        await waitOrGiveUp(error, attempt, asked);
      }
    }
  } finally {
    if (asked.sessionId === undefined && !isOwnSession)
      await insist(() => transact((context) => endSessionOf(context, sessionId)), models.log).catch(() => undefined);
  }
}

type Transact = <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>;

const transactor =
  (models: Runtime, { actor, orgId, purpose }: Conversation): Transact =>
  (work) =>
    inTransaction(models, actor ?? systemActor(orgId, "models"), { requestId: `${purpose}-${newId()}` }, work);

async function attemptCall(
  models: Runtime,
  asked: Conversation,
  prepared: Prepared,
  { bound, transact }: { bound: Tokens; transact: Transact },
): Promise<Reply> {
  const letGo = holdMoney(prepared, transact);
  try {
    const called = await throughBreaker(models, asked, prepared);
    const used = usedOf(called.reported, bound);
    const { failure } = called;
    if (!failure)
      return await insist(
        () =>
          transact(async (context) => {
            const cost = await settleCall(context, prepared, used);
            const reply = replyOf(asked, prepared, called, { used, ...cost });
            await asked.keep?.(context, reply);
            return reply;
          }),
        models.log,
      );
    const mayCost = failure.mayCost || called.reported.inputTokens !== undefined;
    await insist(
      () =>
        transact(async (context) => {
          if (mayCost) await settleCall(context, prepared, used);
          else await freeMoney(context, prepared);
          await noteFailure(context, prepared, failure, asked.teamId);
        }),
      models.log,
    );
    throw failure;
  } finally {
    letGo();
  }
}

/** The breaker sees failures as throws; here they are results again, beside what had come until then. */
async function throughBreaker(models: Runtime, asked: Conversation, { credential, model }: Prepared): Promise<Called> {
  let called: Called | undefined;
  try {
    const { settings } = models;
    const key = openKey({ settings }, credential, credential.sealed);
    const fetch = guardedFetch({ trustedHosts: settings.trustedHosts });
    const endpoint = modelAt({ ...credential, key }, partsOf(model).name, fetch);
    asked.onPart?.({ kind: "model", model });
    await breakerOf(models, credential).execute(async () => {
      called = await callModel(endpoint, asked);
      if (called.failure) throw called.failure;
    });
  } catch (error) {
    if (!called) {
      const failure = new CallFailure("passing", error instanceof Error ? error.message : "The call was not made.");
      return { text: "", toolCalls: [], finishReason: "", messages: [], reported: {}, isComplete: false, failure };
    }
  }
  if (!called) throw new Error("a call gave neither an answer nor a failure");
  return called;
}

/** @throws AppError when trying again would not help, or not soon. */
async function waitOrGiveUp(failure: CallFailure, attempt: number, { signal }: Conversation): Promise<void> {
  const { kind, message, retryAfterSeconds } = failure;
  if (kind === "aborted") throw new AppError("conflict", message, { aborted: true });
  if (kind === "request") throw new AppError("invalid", `The model's provider refused: ${message}`);
  if (attempt >= mostAttempts)
    throw new AppError("unavailable", `The model did not answer after ${attempt} attempts: ${message}`, {
      retryAfterSeconds: retryAfterSeconds ?? 30,
    });
  // A key or model that is gone, or a provider that paused: the next preparation chooses another, or says that there is none.
  if (kind !== "passing") return;
  const seconds = Math.min(mostWaitSeconds, 0.25 * 2 ** attempt * (0.75 + Math.random() / 2));
  await delay(seconds * 1_000, undefined, signal ? { signal } : {}).catch(() => {
    throw new AppError("conflict", "Nobody waits for the answer any more.", { aborted: true });
  });
}

function replyOf(
  { schema }: Conversation,
  { model, sessionId }: Prepared,
  { text, toolCalls, finishReason, messages }: Called,
  { used, costMicros, uncoveredMicros }: { used: Tokens; costMicros: number; uncoveredMicros: number },
): Reply {
  return {
    ...{ text, toolCalls, finishReason, messages, model, sessionId, usage: used, costMicros, uncoveredMicros },
    ...(schema ? { object: parseJson(text) } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
