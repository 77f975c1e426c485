import { and, eq, isNull, sql } from "drizzle-orm";
import type { BudgetPeriod, BudgetScope } from "#db/enums.ts";
import { budgets } from "#db/schema/budgets.ts";
import { memberships } from "#db/schema/organizations.ts";
import { sessions } from "#db/schema/sessions.ts";
import { findAgent } from "../agents/service.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { withdrawQuestionsAtCap } from "../human-requests/closing.ts";
import { newId } from "../ids.ts";
import { findPlan } from "../plans/finding.ts";
import { findTask } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { type Counter, noticeWarnings } from "./warnings.ts";
import { dollars } from "./words.ts";

/** What a new team may spend a day: $100. */
const newTeamCapMicros = 100_000_000;

/** What a budget caps. */
export interface Scope {
  scope: BudgetScope;
  scopeId: string;
  /** The team it belongs to; null for the organization and for people. */
  teamId: string | null;
}

/** The scope as an admin names it: one of these, or none for the organization. */
export interface NamedScope {
  teamId?: string | undefined;
  agentId?: string | undefined;
  userId?: string | undefined;
  planId?: string | undefined;
  task?: string | undefined;
  sessionId?: string | undefined;
}

/**
 * Caps what a scope may spend over a period, or changes that cap. What was spent in the period before counts. A cap below
 * what is spent stops at once.
 * @returns the budget's id.
 * @throws AppError not_found for the scope.
 */
export async function setBudget(
  context: Context,
  named: NamedScope,
  { period, capMicros }: { period: BudgetPeriod; capMicros: number },
): Promise<string> {
  const scope = await findScope(context, named);
  await lockBudgets(context);
  const { tx, actor } = context;
  const [known] = await tx
    .select()
    .from(budgets)
    .where(and(eq(budgets.orgId, actor.orgId), eq(budgets.scopeId, scope.scopeId), eq(budgets.period, period)));
  const id = known?.id ?? newId();
  await record(context, "budget.set", [setEvent(id, scope, period, capMicros)]);
  await (known && !known.removedAt ? reopen(context, id) : openCounters(context, id));
  await withdrawQuestionsAtCap(
    context,
    id,
    `${actor.name} set the cap to ${dollars(capMicros)}; check_budget says what is left.`,
  );
  return id;
}

/** Changes the cap of a budget that is there. @throws AppError not_found */
export async function changeCap(context: Context, budgetId: string, capMicros: number): Promise<void> {
  await lockBudgets(context);
  const budget = await findBudget(context, budgetId);
  await record(context, "budget.set", [setEvent(budget.id, budget, budget.period, capMicros)]);
  await reopen(context, budgetId);
}

/** Takes a cap away: its scope spends freely, up to the other caps. @throws AppError not_found */
export async function removeBudget(context: Context, budgetId: string): Promise<void> {
  await lockBudgets(context);
  const budget = await findBudget(context, budgetId);
  const data = { scope: budget.scope, scopeId: budget.scopeId, period: budget.period };
  await record(context, "budget.removed", [{ subject: budgetId, team: budget.teamId, data }]);
}

/** The cap that every new team begins with. Nobody spends there yet, so nothing is locked or counted. */
export async function setFirstBudget(context: Context, teamId: string): Promise<void> {
  const scope = { scope: "team" as const, scopeId: teamId, teamId };
  await record(context, "budget.set", [setEvent(newId(), scope, "day", newTeamCapMicros)]);
}

/** The cap of a session that was just made. Nobody spends in it yet, so nothing is locked or counted. */
export async function capNewSession(
  context: Context,
  { sessionId, teamId }: { sessionId: string; teamId: string },
  capMicros: number,
): Promise<void> {
  const scope = { scope: "session" as const, scopeId: sessionId, teamId };
  await record(context, "budget.set", [setEvent(newId(), scope, "life", capMicros)]);
}

const setEvent = (subject: string, { scope, scopeId, teamId }: Scope, period: BudgetPeriod, capMicros: number) => ({
  subject,
  team: teamId,
  data: { scope, scopeId, period, capMicros },
});

/** A live budget of the actor's teams, or of no team. @throws AppError not_found, the same for missing and foreign. */
export async function findBudget({ tx, actor }: Context, budgetId: string) {
  const [budget] = await tx
    .select()
    .from(budgets)
    .where(and(eq(budgets.orgId, actor.orgId), eq(budgets.id, budgetId), isNull(budgets.removedAt)));
  const isVisible = budget && (actor.teams === "all" || !budget.teamId || actor.teams.includes(budget.teamId));
  if (!isVisible) throw new AppError("not_found", `There is no budget ${budgetId} here. list_budgets shows them.`);
  return budget;
}

/** While it is held nobody spends: caps and counters change together. Spenders share it. */
async function lockBudgets({ tx, actor }: Context): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`budgets|${actor.orgId}`}, 0))`);
}

async function openCounters(context: Context, budgetId: string): Promise<void> {
  const { tx, actor, now } = context;
  await tx.execute(sql`select open_counters(${actor.orgId}, ${budgetId}, ${now.toISOString()}::timestamptz)`);
  await noticeWarnings(context, await countersOf(context, budgetId));
}

/** With a new cap the lines are new ones: they may be crossed, and told, once more. */
async function reopen(context: Context, budgetId: string): Promise<void> {
  const { tx, actor } = context;
  await tx.execute(sql`update budget_counters c set exhausted_at = null, request_id = null,
      warned_at = case when c.settled_micros * 5 < b.cap_micros * 4 then null else c.warned_at end
    from budgets b where c.org_id = ${actor.orgId} and c.budget_id = ${budgetId} and b.org_id = c.org_id and b.id = c.budget_id`);
  await noticeWarnings(context, await countersOf(context, budgetId));
}

async function countersOf({ tx, actor, now }: Context, budgetId: string): Promise<Counter[]> {
  return tx.execute<
    Counter & Record<string, unknown>
  >(sql`select c.budget_id as "budgetId", c.period_start::text as "periodStart",
      b.cap_micros::float8 as "capMicros", c.settled_micros::float8 as "settledMicros", c.reserved_micros::float8 as "reservedMicros"
    from budgets b join budget_counters c on c.org_id = b.org_id and c.budget_id = b.id
      and c.period_start = budget_period_start(b.period, ${now.toISOString()}::timestamptz)
    where b.org_id = ${actor.orgId} and b.id = ${budgetId}`);
}

async function findScope(context: Context, named: NamedScope): Promise<Scope> {
  const { tx, actor } = context;
  if (Object.values(named).filter((value) => value !== undefined).length > 1) {
    throw new AppError(
      "invalid",
      "Name one of teamId, agentId, userId, planId, task and sessionId, or none for the organization.",
    );
  }
  if (named.teamId) {
    const team = await findTeam(context, named.teamId);
    return { scope: "team", scopeId: team.id, teamId: team.id };
  }
  if (named.agentId) {
    const agent = await findAgent(context, named.agentId);
    return { scope: "agent", scopeId: agent.id, teamId: agent.teamId };
  }
  if (named.task) {
    const task = await findTask(context, named.task);
    return { scope: "task", scopeId: task.id, teamId: task.teamId };
  }
  if (named.planId) {
    const plan = await findPlan(context, named.planId);
    return { scope: "plan", scopeId: plan.id, teamId: plan.teamId };
  }
  if (named.userId) {
    const [member] = await tx
      .select({ userId: memberships.userId })
      .from(memberships)
      .where(and(eq(memberships.orgId, actor.orgId), eq(memberships.userId, named.userId)));
    if (!member)
      throw new AppError("not_found", `There is no member ${named.userId} here. list_members shows who is there.`);
    return { scope: "user", scopeId: member.userId, teamId: null };
  }
  if (named.sessionId) {
    const [session] = await tx
      .select({ id: sessions.id, teamId: sessions.teamId })
      .from(sessions)
      .where(and(eq(sessions.orgId, actor.orgId), eq(sessions.id, named.sessionId)));
    if (!session) throw new AppError("not_found", `There is no session ${named.sessionId} here.`);
    return { scope: "session", scopeId: session.id, teamId: session.teamId };
  }
  return { scope: "org", scopeId: actor.orgId, teamId: null };
}
