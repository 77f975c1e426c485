import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { costOf, priceOf } from "../prices/service.ts";
import { lockSession, refuseEnded, spenderOf } from "../sessions/service.ts";
import { findTask } from "../tasks/finding.ts";
import { reserve, scopesOf } from "./ledger.ts";
import { budgetsOf } from "./queries.ts";
import type { Refusal } from "./refusals.ts";
import type { checkBudgetInput, checkResult } from "./schema.ts";

type Input = z.output<typeof checkBudgetInput>;
export type Checked = { refusal: Refusal } | { answer: z.output<typeof checkResult> };

/** How long an agent's own reservation lives. */
const seconds = 60;

/**
 * What is left for the actor, and whether an estimate fits; on request set aside. A refusal to set aside is a result: what
 * it told people stays.
 */
export async function checkBudget(context: Context, input: Input): Promise<Checked> {
  const { actor } = context;
  const session = input.sessionId ? await lockSession(context, input.sessionId) : undefined;
  if (session) refuseEnded(session);
  const task = input.task ? await findTask(context, input.task) : undefined;
  const model = input.model ?? session?.model ?? undefined;
  const estimateMicros = await estimateOf(context, input, model);
  const spender = session && spenderOf(session);
  let reservation: z.output<typeof checkResult>["reservation"] = null;
  if (input.reserve) {
    if (!spender)
      throw new AppError("invalid", "Money is set aside for a session: begin one with start_session and name it.");
    if (!estimateMicros || !model)
      throw new AppError(
        "invalid",
        "Say how much to set aside: the model with inputTokens and outputTokens, or estimateMicros.",
      );
    await priceOf(context, model);
    const reserved = await reserve(context, spender, { upperBoundMicros: estimateMicros, model, seconds });
    if (!reserved.ok) return { refusal: reserved.refusal };
    reservation = { id: reserved.reservationId, micros: estimateMicros, seconds };
  }
  const own = spender ?? {
    teamId: actor.agent?.teamId ?? task?.teamId ?? actor.orgId,
    ...{ agentId: actor.agent ? actor.id : null, userId: actor.agent ? null : actor.id, sessionId: null },
    planId: null,
    taskId: null,
  };
  const budgets = await budgetsOf(
    context,
    scopesOf(actor.orgId, { ...own, taskId: task?.id ?? own.taskId, planId: task?.planId ?? own.planId ?? null }),
  );
  const leftMicros = budgets.length > 0 ? Math.min(...budgets.map((budget) => budget.leftMicros)) : null;
  const isOpen = budgets.every(({ state }) => state !== "stopped");
  const fits = leftMicros === null || (estimateMicros === null ? leftMicros > 0 : leftMicros >= estimateMicros);
  return {
    answer: { canSpend: reservation !== null || (isOpen && fits), estimateMicros, leftMicros, budgets, reservation },
  };
}

async function estimateOf(context: Context, input: Input, model: string | undefined): Promise<number | null> {
  if (input.estimateMicros !== undefined) return input.estimateMicros;
  if (input.inputTokens === undefined && input.outputTokens === undefined) return null;
  if (!model) throw new AppError("invalid", "Name the model: an estimate in tokens has no price without it.");
  const tokens = { inputTokens: input.inputTokens ?? 0, outputTokens: input.outputTokens ?? 0 };
  return costOf(await priceOf(context, model), { ...tokens, cacheReadTokens: 0, cacheWriteTokens: 0 });
}
