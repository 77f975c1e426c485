import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { changeTasks } from "../tasks/changes.ts";
import { lockEdges, lockUpstream } from "../tasks/dependencies.ts";
import type { Task } from "../tasks/finding.ts";
import { isOver } from "../tasks/transitions.ts";
import { lockPlan, type Plan } from "./finding.ts";
import { cancelWriting } from "./writing.ts";
import type { bulkPlanInput, reasonInput } from "./schema.ts";
import { movePlan, refuseOver } from "./service.ts";

type Reasoned = z.output<typeof reasonInput>;

/** Nothing of the plan starts any more; what runs goes on. A claim at this moment is waited for. */
export async function pausePlan(context: Context, { planId, reason }: Reasoned): Promise<void> {
  const plan = await lockPlan(context, planId);
  if (plan.status === "paused") return;
  // Whoever hands out work holds the team: what is in flight is over, and what comes later sees the pause.
  await context.tx.execute(
    sql`select 1 from teams where org_id = ${plan.orgId} and id = ${plan.teamId} for no key update`,
  );
  await movePlan(context, plan, "paused", reason ?? null);
}

/** It goes on where it stood. */
export async function resumePlan(context: Context, { planId }: Pick<Reasoned, "planId">): Promise<void> {
  const plan = await lockPlan(context, planId);
  if (plan.status === "executing") return;
  if (plan.status !== "paused")
    throw new AppError("conflict", `Plan ${plan.number} is ${plan.status.replaceAll("_", " ")}, not paused.`);
  await movePlan(context, plan, "executing");
}

/** Ends a plan for good: its tasks that are not over are cancelled, whoever works on them is stopped. */
export async function cancelPlan(context: Context, { planId, reason }: Reasoned): Promise<void> {
  const plan = await lockPlanToCancel(context, planId);
  if (plan.status === "cancelled") return;
  refuseOver(plan);
  await cancelWriting(context, plan.id);
  await movePlan(context, plan, "cancelled", reason ?? null);
  const open = (await lockTasksOf(context, plan)).filter((task) => isOpen(task) && task.status !== "merging");
  await moveAll(context, open, "cancelled", reason ?? `Plan ${plan.number} was cancelled.`);
}

/** Puts failed tasks back to be done, and with them a plan that had failed. */
export async function retryTasks(context: Context, { planId, keys }: z.output<typeof bulkPlanInput>) {
  const plan = await lockPlan(context, planId);
  const failed = choose(plan, await lockTasksOf(context, plan), keys).filter(({ status }) => status === "failed");
  if (failed.length === 0)
    throw new AppError(
      "conflict",
      `No task of plan ${plan.number} that was named has failed; there is nothing to try again.`,
    );
  const result = await moveAll(context, failed, "todo", "Tried again.");
  if (plan.status === "failed" && result.changed.length > 0) await movePlan(context, plan, "executing");
  return result;
}

/** Cancels tasks of a plan that are not over; without `keys` all of them. */
export async function cancelTasks(context: Context, { planId, keys }: z.output<typeof bulkPlanInput>) {
  const plan = await lockPlanToCancel(context, planId);
  const open = choose(plan, await lockTasksOf(context, plan), keys).filter(isOpen);
  if (open.length === 0)
    throw new AppError("conflict", `No task of plan ${plan.number} that was named is left to cancel.`);
  return moveAll(context, open, "cancelled", `Cancelled with others of plan ${plan.number}.`);
}

const isOpen = ({ status, archivedAt }: Task): boolean => !archivedAt && !isOver(status);

function choose(plan: Plan, all: readonly Task[], keys: readonly string[] | undefined): readonly Task[] {
  const unknown = keys?.find((key) => !all.some(({ planKey }) => planKey === key));
  if (unknown !== undefined)
    throw new AppError(
      "not_found",
      `Plan ${plan.number} has no task ${unknown} on the board. get_plan_run shows those it has.`,
    );
  return keys ? all.filter(({ planKey }) => keys.includes(planKey ?? "")) : all;
}

/** A plan whose tasks may be cancelled, with all whose longest chain is shorter then: edges, plan, tasks, as approving does. */
export async function lockPlanToCancel(context: Context, planId: string): Promise<Plan> {
  const { tx, actor } = context;
  await lockEdges(context);
  const plan = await lockPlan(context, planId);
  const all = await tx
    .select({ id: tasks.id })
    .from(tasks)
    .where(and(eq(tasks.orgId, actor.orgId), eq(tasks.planId, planId)));
  await lockUpstream(
    context,
    all.map(({ id }) => id),
  );
  return plan;
}

/** All at once and in the order of ids, as everybody does who locks several. */
export const lockTasksOf = ({ tx, actor }: Context, plan: Plan): Promise<Task[]> =>
  tx
    .select()
    .from(tasks)
    .where(and(eq(tasks.orgId, actor.orgId), eq(tasks.planId, plan.id)))
    .orderBy(asc(tasks.id))
    .for("update");

/**
 * Moves locked tasks. Those that nobody holds and nobody is asked about move together, whatever their number; with the
 * others a lease or a question ends, one after the other.
 */
export async function moveAll(context: Context, locked: readonly Task[], to: "todo" | "cancelled", reason: string) {
  const { tx, actor } = context;
  const ids = `{${locked.map(({ id }) => id).join(",")}}`;
  const asked = await tx.execute<{ id: string }>(sql`select distinct task_id as id from human_requests
    where org_id = ${actor.orgId} and status = 'pending' and task_id = any(${ids}::uuid[])`);
  const isAsked = new Set(asked.map(({ id }) => id));
  const isPlain = ({ id, status }: Task) => (status === "todo" || status === "failed") && !isAsked.has(id);
  const plain = locked.filter(isPlain);
  await record(
    context,
    "task.status_changed",
    plain.map(({ id, teamId, status }) => ({
      subject: id,
      task: id,
      team: teamId,
      data: { from: status, to, reason },
    })),
  );
  const others = locked.filter((task) => !isPlain(task));
  const result =
    others.length > 0 ? await changeTasks(context, { tasks: others.map(({ id }) => id), status: to }) : none;
  return { changed: [...plain.map(({ number }) => number), ...result.changed], refused: result.refused };
}

const none: Awaited<ReturnType<typeof changeTasks>> = { changed: [], refused: [] };
