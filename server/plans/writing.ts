import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { planWritings } from "#db/schema/plans.ts";
import { actorRef, type Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { PlanDocument } from "./document.ts";
import { lockPlan } from "./finding.ts";
import { admitWriting } from "./rate.ts";
import type { writePlanInput } from "./schema.ts";
import { addVersion, isApproved, movePlan, writeFromTemplate } from "./service.ts";

/** A writer that gave no sign of life for so long is dead. */
const givenUpAfter = sql`interval '30 seconds'`;

/** Has the next version written: from a template at once, or by the planning model, in the worker. */
export async function requestWriting(
  context: Context,
  { planId, instruction, template, model }: z.output<typeof writePlanInput>,
): Promise<void> {
  const plan = await lockPlan(context, planId);
  if (isApproved(plan))
    throw new AppError(
      "conflict",
      `Plan ${plan.number} was approved; it is not written anew. Clone it to plan differently.`,
    );
  if (plan.status === "planning")
    throw new AppError(
      "conflict",
      `Plan ${plan.number} is being written. Wait for it, or stop it with cancel_plan_writing.`,
    );
  if (template) return writeFromTemplate(context, plan, template);
  await admitWriting(context.actor);
  await movePlan(context, plan, "planning");
  const asked = {
    ...{ requestedAt: context.now, requestedBy: actorRef(context.actor), instruction, model: model ?? null },
    ...{
      startedAt: null,
      beatAt: null,
      cancelledAt: null,
      finishedAt: null,
      progress: "Waiting for a worker",
      error: null,
    },
  };
  await context.tx
    .insert(planWritings)
    .values({ orgId: plan.orgId, planId, ...asked })
    .onConflictDoUpdate({ target: [planWritings.orgId, planWritings.planId], set: asked });
}

/** Stops the writing: the plan is where it was before. The writer notices within a second. */
export async function stopWriting(context: Context, planId: string): Promise<void> {
  const plan = await lockPlan(context, planId);
  if (plan.status !== "planning") throw new AppError("conflict", `Plan ${plan.number} is not being written.`);
  await cancelWriting(context, planId);
  await movePlan(context, plan, plan.latestVersion > 0 ? "awaiting_approval" : "draft");
}

/** Tells the writer of a plan, if there is one, to stop. */
export async function cancelWriting({ tx, actor, now }: Context, planId: string): Promise<void> {
  await tx
    .update(planWritings)
    .set({ cancelledAt: now, finishedAt: now, progress: "Stopped" })
    .where(and(eq(planWritings.orgId, actor.orgId), eq(planWritings.planId, planId), isNull(planWritings.finishedAt)));
}

/** One plan that a model should write, as the worker takes it. */
export interface Writing {
  orgId: string;
  planId: string;
  /** Names this try: whoever took it over has another. */
  startedAt: string;
  [column: string]: unknown;
}

/** The oldest plan that nobody writes, or whose writer died, over all organizations; taking it is starting it. */
export async function takeWriting({ tx }: Context): Promise<Writing | undefined> {
  const [taken] = await tx.execute<Writing>(sql`update plan_writings w
      set started_at = clock_timestamp(), beat_at = clock_timestamp(), progress = 'Reading the requirements'
    where (w.org_id, w.plan_id) = (select org_id, plan_id from plan_writings
      where finished_at is null and (started_at is null or beat_at < clock_timestamp() - ${givenUpAfter})
      order by requested_at limit 1 for update skip locked)
    returning w.org_id as "orgId", w.plan_id as "planId", w.started_at::text as "startedAt"`);
  return taken;
}

/** Says what the writer does. @returns false when it should stop: cancelled, or taken over. */
export async function beatWriting(
  { tx }: Context,
  { orgId, planId, startedAt }: Writing,
  progress: string,
): Promise<boolean> {
  const rows = await tx.execute(sql`update plan_writings set beat_at = clock_timestamp(), progress = ${progress}
    where org_id = ${orgId} and plan_id = ${planId} and started_at = ${startedAt}::timestamptz and finished_at is null returning 1 as still`);
  return rows.length > 0;
}

/** What came of it: a version, or why there is none. Nothing when it was cancelled or taken over meanwhile. */
export async function finishWriting(
  context: Context,
  writing: Writing,
  result: { document: PlanDocument; model: string } | { error: string },
): Promise<void> {
  const plan = await lockPlan(context, writing.planId);
  const rows = await context.tx.execute(sql`update plan_writings set finished_at = clock_timestamp(),
      error = ${"error" in result ? result.error : null}::text, progress = ${"error" in result ? "Failed" : "Written"}
    where org_id = ${writing.orgId} and plan_id = ${writing.planId} and started_at = ${writing.startedAt}::timestamptz
      and finished_at is null returning 1 as still`);
  if (rows.length === 0 || plan.status !== "planning") return;
  if ("error" in result)
    return movePlan(context, plan, plan.latestVersion > 0 ? "awaiting_approval" : "draft", result.error);
  const { document, model } = result;
  await addVersion(context, plan, { document, source: "model", writtenWith: model });
}

/** What the writer is told besides the plan. */
export async function readInstruction(
  { tx, actor }: Context,
  planId: string,
): Promise<{ instruction: string; model: string | null }> {
  const [row] = await tx
    .select({ instruction: planWritings.instruction, model: planWritings.model })
    .from(planWritings)
    .where(and(eq(planWritings.orgId, actor.orgId), eq(planWritings.planId, planId)));
  return row ?? { instruction: "", model: null };
}
