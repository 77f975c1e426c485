import type { Context } from "../context.ts";
import { openRequest } from "../human-requests/service.ts";
import { cheaperModels } from "./cheaper.ts";
import type { Asked } from "./exhaustion.ts";
import { mostMicros } from "./schema.ts";
import type { Crossed } from "./warnings.ts";
import { budgetWords, dollars } from "./words.ts";

/**
 * Asks people what to do at a cap: raise it, go on with a cheaper model, or stop. The request names no task: it would have
 * the spender, whom all others of the budget wait for, wait for whoever holds the task.
 * @returns the id of the request.
 */
export async function askForMoney(context: Context, budget: Crossed, asked: Asked): Promise<string> {
  const { spender, askedMicros, model } = asked;
  const { budgetId, periodStart, capMicros, settledMicros, reservedMicros } = budget;
  const leftMicros = Math.max(0, capMicros - settledMicros - reservedMicros);
  const models = await cheaperModels(context, { model, askedMicros, leftMicros });
  const next = nextCapMicros(budget, askedMicros);
  const cheaper = {
    value: { decision: "cheaper", models },
    label: "Go on with a cheaper model",
    description: models.join(", "),
  };
  return openRequest(context, {
    kind: "budget",
    teamId: budget.teamId ?? spender.teamId,
    sessionId: spender.sessionId,
    title: `Raise the budget of ${budgetWords(budget)}? ${dollars(leftMicros)} is left.`,
    detail: `${dollars(settledMicros)} of ${dollars(capMicros)} is spent. The next call of ${model} may cost ${dollars(askedMicros)}; it was not made. Nobody is given new work with this money meanwhile.`,
    schema: {
      type: "object",
      properties: {
        decision: { type: "string", enum: ["raise", "stop", ...(models.length > 0 ? ["cheaper"] : [])] },
        capDollars: { type: "number", minimum: 0, description: "The new cap in dollars, to raise it." },
        ...(models.length > 0 && {
          models: { type: "array" as const, items: { type: "string" as const, enum: models } },
        }),
      },
      required: ["decision"],
    },
    options: [
      { value: { decision: "raise", capDollars: next / 1_000_000 }, label: `Raise it to ${dollars(next)}` },
      ...(models.length > 0 ? [cheaper] : []),
      { value: { decision: "stop" }, label: "Stop", description: "The session ends and its task goes back." },
    ],
    // With its time it is a question of its own: the same one of before was answered, and did not help.
    data: {
      askedAt: context.now.toISOString(),
      budgetId,
      periodStart,
      sessionId: spender.sessionId,
      taskId: spender.taskId,
    },
  });
}

/** Twice as much, and at least enough for what was asked. Micro-dollars, whole cents; no more than a cap can be. */
function nextCapMicros({ capMicros, settledMicros, reservedMicros }: Crossed, askedMicros: number): number {
  const enough = Math.max(capMicros * 2, settledMicros + reservedMicros + askedMicros);
  return Math.min(Math.ceil(enough / 10_000) * 10_000, mostMicros);
}
