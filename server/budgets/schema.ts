import { z } from "zod";
import { budgetPeriods, budgetScopes } from "#db/enums.ts";
import { id, isoDay, isoTime } from "../ids.ts";
import { taskRef } from "../tasks/schema.ts";

/** A thousand million dollars: sums of such caps are still exact numbers. */
export const mostMicros = 1_000_000_000_000_000;
const micros = z.int().min(0).max(mostMicros);
const tokens = z.int().min(0).max(100_000_000);

export const budget = z.object({
  id,
  scope: z.enum(budgetScopes),
  scopeId: id,
  name: z.string().describe("Whose cap it is."),
  teamId: id.nullable(),
  period: z.enum(budgetPeriods),
  periodStart: z.iso.date(),
  resetsAt: isoTime.nullable().describe("When it begins anew; null: never."),
  capMicros: micros.describe("Micro-dollars: 1000000 is $1."),
  settledMicros: z.int().describe("Spent in the period."),
  reservedMicros: z.int().describe("Set aside for calls under way."),
  leftMicros: z.int().describe("What can still be set aside; 0 when used up."),
  state: z.enum(["open", "warned", "stopped"]).describe("Warned from 80 %; stopped: nothing is started with it."),
  requestId: id.nullable().describe("The open question to people whether to raise it."),
});
export type Budget = z.output<typeof budget>;

export const listBudgetsInput = z.strictObject({
  teamId: id.optional().describe("Only what caps this team: its own, its agents' and the organization's."),
});
export const budgetList = z.object({ budgets: z.array(budget) });

const period = z.enum(budgetPeriods);
const capMicros = micros.describe("The cap in micro-dollars: 1000000 is $1.");

export const setBudgetInput = z.strictObject({
  teamId: id.optional(),
  agentId: id.optional(),
  userId: id.optional(),
  planId: id.optional(),
  task: taskRef.optional(),
  sessionId: id.optional(),
  period: period.default("day").describe("A day or month in UTC, or the whole life."),
  capMicros,
});
export const budgetResult = z.object({ budget });
export const budgetInput = z.strictObject({ budgetId: id });

export const checkBudgetInput = z.strictObject({
  sessionId: id.optional().describe("Your session: what caps it, its task, you and your team."),
  task: taskRef.optional().describe("What caps this task too."),
  model: z.string().trim().min(1).max(200).optional().describe("The model you mean to call; left out, the session's."),
  inputTokens: tokens.optional().describe("Tokens of the prompt."),
  outputTokens: tokens.optional().describe("The most tokens the answer may have."),
  estimateMicros: micros.optional().describe("The most the call may cost, instead of tokens, in micro-dollars."),
  reserve: z
    .boolean()
    .default(false)
    .describe("Set that much aside for a minute, so that nobody else spends it; give its id to record_usage."),
});
export const checkResult = z.object({
  canSpend: z.boolean().describe("The estimate fits; without one: something is left everywhere."),
  estimateMicros: z.int().nullable(),
  leftMicros: z.int().nullable().describe("The least that any budget has left; null: nothing caps you."),
  budgets: z.array(budget),
  reservation: z.object({ id, micros: z.int(), seconds: z.int() }).nullable(),
});

export const costGroups = ["day", "model", "agent", "task", "team"] as const;

export const costSummaryInput = z.strictObject({
  teamId: id.optional().describe("Only this team's costs; left out: all teams you see."),
  firstDay: isoDay.optional().describe("The first day, UTC; left out: the first of this month."),
  lastDay: isoDay.optional().describe("The last day, UTC; left out: today."),
  by: z.array(z.enum(costGroups)).max(5).default(["day", "model"]).describe("How to split the costs."),
});

const amounts = {
  calls: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  costMicros: z.int(),
  uncoveredMicros: z.int().describe("The part that no budget had room for."),
  ownKeyMicros: z
    .int()
    .describe("The part that people paid with keys of their own; only budgets of sessions count it."),
};
export const costSummary = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  total: z.object(amounts),
  todayMicros: z.int(),
  groups: z.array(
    z.object({
      by: z.enum(costGroups),
      rows: z
        .array(z.object({ key: z.string().describe("A day, a model's name or an id."), name: z.string(), ...amounts }))
        .describe("Dearest first, at most 200; days in order."),
    }),
  ),
});
export type CostSummary = z.output<typeof costSummary>;
