import { defineOperation } from "../operation.ts";
import { type Checked, checkBudget } from "./checking.ts";
import { summarizeCosts } from "./costs.ts";
import { listBudgets, readBudget } from "./queries.ts";
import { overBudget } from "./refusals.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const checkBudgetOperation = defineOperation({
  name: "check_budget",
  summary: "See what is left to spend, and before a model call set its estimate aside so that no cap is passed.",
  kind: "command",
  permission: "usage:write",
  input: schema.checkBudgetInput,
  output: schema.checkResult,
  run: checkBudget,
  finish: async (checked: Checked) => {
    if ("refusal" in checked) throw overBudget(checked.refusal);
    return checked.answer;
  },
});

export const getCostSummary = defineOperation({
  name: "get_cost_summary",
  summary: "Sum up what was spent in a period, by day, model, agent, task or team.",
  kind: "read",
  permission: "task:read",
  input: schema.costSummaryInput,
  output: schema.costSummary,
  run: summarizeCosts,
});

export const listBudgetsOperation = defineOperation({
  name: "list_budgets",
  summary: "List the caps on spending with what is spent, set aside and left of each.",
  kind: "read",
  permission: "task:read",
  input: schema.listBudgetsInput,
  output: schema.budgetList,
  run: async (context, input) => ({ budgets: await listBudgets(context, input) }),
});

export const setBudget = defineOperation({
  name: "set_budget",
  summary: "Cap what the organization, a team, agent, person, task or session may spend, or change that cap.",
  kind: "command",
  permission: "budgets:manage",
  hints: { idempotent: true },
  input: schema.setBudgetInput,
  output: schema.budgetResult,
  run: async (context, { period, capMicros, ...named }) => ({
    budget: await readBudget(context, await service.setBudget(context, named, { period, capMicros })),
  }),
});

export const removeBudget = defineOperation({
  name: "remove_budget",
  summary: "Take a cap away: its scope spends freely, up to the caps that are left.",
  kind: "command",
  permission: "budgets:manage",
  hints: { destructive: true },
  input: schema.budgetInput,
  output: schema.budgetList,
  run: async (context, { budgetId }) => {
    await service.removeBudget(context, budgetId);
    return { budgets: await listBudgets(context, {}) };
  },
});
