import type { BudgetPeriod, BudgetScope } from "#db/enums.ts";
import { dollars } from "#server/budgets/words.ts";
import type { Part, About, Wording } from "./about.ts";

/** Money, in words. */
export const moneyWording = {
  "budget.set": ({ scope, scopeId, period, capMicros }, about) => ({
    face: "money",
    parts: ["capped ", ...cappedOf(scope, scopeId, about), ` at ${dollars(capMicros)} ${periodWords[period]}`],
  }),
  "budget.removed": ({ scope, scopeId, period }, about) => ({
    face: "money",
    parts: ["took away what ", ...cappedOf(scope, scopeId, about), ` may spend ${periodWords[period]}`],
  }),
  "budget.warned": ({ scope, scopeId, period, capMicros, spentMicros }, about) => ({
    face: "money",
    parts: [
      "brought ",
      ...cappedOf(scope, scopeId, about),
      ` to ${dollars(spentMicros)} of ${dollars(capMicros)} ${periodWords[period]}`,
    ],
    tone: "warning",
  }),
  "budget.exhausted": ({ scope, scopeId, period, capMicros, spentMicros }, about) => ({
    face: "money",
    parts: [
      "was stopped by the cap of ",
      ...cappedOf(scope, scopeId, about),
      `: ${dollars(spentMicros)} of ${dollars(capMicros)} ${periodWords[period]} is spent`,
    ],
    tone: "danger",
  }),
  "price.set": ({ model, inputMicros, outputMicros }) => ({
    face: "money",
    parts: [
      "set the price of ",
      { name: model === "*" ? "unknown models" : model },
      ` to ${dollars(inputMicros)} in and ${dollars(outputMicros)} out for a million tokens`,
    ],
  }),
  "usage.recorded": (
    {
      model,
      inputTokens,
      outputTokens,
      cacheReadTokens,
      cacheWriteTokens,
      costMicros,
      uncoveredMicros,
      ownKey,
      estimated,
    },
    { it },
  ) => ({
    face: "money",
    parts: [
      `spent ${dollars(costMicros)}`,
      ...(it === "it" || it === "a task" ? [] : [" on ", it]),
      estimated
        ? ` at most with ${model}: whoever made the call died before it was known what it used`
        : ` with ${model}, ${(inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens).toLocaleString("en")} tokens`,
      ownKey ? ", paid with their own key" : "",
      uncoveredMicros > 0 ? `; ${dollars(uncoveredMicros)} of it no budget had room for` : "",
    ],
    tone: uncoveredMicros > 0 ? "danger" : undefined,
  }),
} satisfies Partial<Wording>;

const periodWords: Record<BudgetPeriod, string> = { day: "a day", month: "a month", life: "in all" };

function cappedOf(scope: BudgetScope, scopeId: string, { name, it }: About): Part[] {
  if (scope === "org") return ["the organization"];
  if (scope === "task") return [it];
  if (scope === "session") return ["a session"];
  return [name(scopeId, scope === "user" ? "somebody" : `the ${scope}`)];
}
