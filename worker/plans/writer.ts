import { z } from "zod";

import { type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Reply } from "#server/llm/conversation.ts";
import { converse } from "#server/llm/converse.ts";
import type { Logger } from "#server/log.ts";
import { routeWork } from "#server/models/routing.ts";
import { routingOf } from "#server/models/service.ts";
import { briefMessage, briefOf, factsSourceIfReady, planningRules } from "#server/plans/brief.ts";
import { type PlanDocument, writtenPlan } from "#server/plans/document.ts";
import { findPlan } from "#server/plans/finding.ts";
import { faultWords, readPlan, readPlanText, type Reading } from "#server/plans/parsing.ts";
import { beatWriting, finishWriting, readInstruction, takeWriting, type Writing } from "#server/plans/writing.ts";

const beatMilliseconds = 1_000;
const schema = z.toJSONSchema(writtenPlan, { io: "input" });

/** Writes the plans that wait for a model, one after the other, and says how each went. */
export async function writePlans(
  runtime: Runtime,
  { log, signal }: { log: Pick<Logger, "error">; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    const options = { requestId: `plans-${newId()}` };
    const writing = signal.aborted
      ? undefined
      : await inTransaction(runtime, systemActor("", "plans"), { ...options, system: true }, takeWriting);
    if (!writing) return;
    const act = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
      inTransaction(runtime, systemActor(writing.orgId, "planner"), options, work);
    const result = await write(runtime, writing, act, signal).catch((error: unknown) => {
      if (!(error instanceof AppError)) log.error({ error, planId: writing.planId }, "a plan could not be written");
      return { error: error instanceof AppError ? error.message : "The writer failed; the server's log says why." };
    });
    // Stopped with the worker: the next one begins it anew.
    if (signal.aborted) return;
    await act((context) => finishWriting(context, writing, result));
  }
}

type Act = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) => Promise<Result>;

async function write(runtime: Runtime, writing: Writing, act: Act, stopping: AbortSignal) {
  const plan = await act((context) => findPlan(context, writing.planId));
  const { instruction, model } = await act((context) => readInstruction(context, writing.planId));
  const routing = await act((context) => routingOf(context, plan.teamId));
  const { models } = routeWork(routing, { type: "planning", complexity: "medium", model });
  const stopped = new AbortController();
  let progress = "Asking the planning model";
  const beat = setInterval(() => {
    act((context) => beatWriting(context, writing, progress)).then(
      (still) => {
        if (!still) stopped.abort();
      },
      () => undefined,
    );
  }, beatMilliseconds);
  try {
    let characters = 0;
    const ask = (messages: Parameters<typeof converse>[1]["messages"]): Promise<Reply> =>
      converse(runtime, {
        ...{
          orgId: writing.orgId,
          teamId: plan.teamId,
          planId: plan.id,
          purpose: "plan",
          system: planningRules,
          messages,
          schema,
        },
        model: models,
        ...{ maxOutputTokens: 32_000, signal: AbortSignal.any([stopped.signal, stopping]) },
        onPart: (part) => {
          if (part.kind === "text") characters += part.text.length;
          progress = `Writing: ${characters} characters so far`;
        },
      });
    const source = await act((context) => factsSourceIfReady(context, plan.repoId));
    const brief = briefMessage(await briefOf(plan, source, instruction));
    const first = [{ role: "user" as const, content: brief }];
    const reply = await ask(first);
    const reading = readReply(reply);
    if (reading.document) return written(reading.document, reply);
    progress = "Mending what was wrong";
    const mend = `This is not a valid plan. ${faultWords(reading.faults)} Answer with the whole plan JSON again, mended.`;
    const again = await ask([...first, ...reply.messages, { role: "user", content: mend }]);
    const mended = readReply(again);
    if (mended.document) return written(mended.document, again);
    return { error: `The model wrote no valid plan, and could not mend it. ${faultWords(mended.faults)}` };
  } finally {
    clearInterval(beat);
  }
}

const written = (document: PlanDocument, { model }: Reply) => ({ document, model });
const readReply = ({ object, text }: Reply): Reading => (object === undefined ? readPlanText(text) : readPlan(object));
