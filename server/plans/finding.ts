import { and, eq } from "drizzle-orm";
import { plans } from "#db/schema/plans.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

export type Plan = typeof plans.$inferSelect;

/** A plan of the actor's teams by its id. @throws AppError not_found, the same for missing and foreign. */
export async function findPlan(context: Context, planId: string): Promise<Plan> {
  return requireVisible(context, planId, await choose(context, planId));
}

/** The same, locked until the commit: what it says and how it stands change one after the other. */
export async function lockPlan(context: Context, planId: string): Promise<Plan> {
  return requireVisible(context, planId, await choose(context, planId).for("update"));
}

const choose = ({ tx, actor }: Context, planId: string) =>
  tx
    .select()
    .from(plans)
    .where(and(eq(plans.orgId, actor.orgId), eq(plans.id, planId)));

function requireVisible({ actor }: Context, planId: string, [plan]: Plan[]): Plan {
  if (plan && (actor.teams === "all" || actor.teams.includes(plan.teamId))) return plan;
  throw new AppError("not_found", `There is no plan ${planId} here. list_plans shows the ones you can see.`);
}
