import { z } from "zod";
import { budgetPeriods, budgetScopes } from "#db/enums.ts";
import { id, text } from "../events/shapes.ts";

const crossedBudget = {
  scope: z.enum(budgetScopes),
  scopeId: id,
  period: z.enum(budgetPeriods),
  periodStart: z.iso.date(),
  capMicros: z.int(),
  spentMicros: z.int(),
};

export const budgetEvents = {
  "budget.set": z.object({
    scope: z.enum(budgetScopes),
    scopeId: id,
    period: z.enum(budgetPeriods),
    capMicros: z.int(),
  }),
  "budget.removed": z.object({ scope: z.enum(budgetScopes), scopeId: id, period: z.enum(budgetPeriods) }),
  /** Most of it is spent; told once for a budget, period and cap. */
  "budget.warned": z.object(crossedBudget),
  /** Something was not paid for, or nothing is left; told once for a budget, period and cap. */
  "budget.exhausted": z.object({ ...crossedBudget, askedMicros: z.int(), model: text }),
} as const;
