import { and, eq } from "drizzle-orm";
import { plans, planVersions } from "#db/schema/plans.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { type PlanDocument, planDocument } from "./document.ts";

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

/** What a version says is to be done. @throws AppError not_found */
export async function documentOf({ tx, actor }: Context, planId: string, version: number): Promise<PlanDocument> {
  const [row] = await tx
    .select({ document: planVersions.document })
    .from(planVersions)
    .where(
      and(eq(planVersions.orgId, actor.orgId), eq(planVersions.planId, planId), eq(planVersions.version, version)),
    );
  if (!row) throw new AppError("not_found", `The plan has no version ${version}. get_plan lists those it has.`);
  return planDocument.parse(row.document);
}
