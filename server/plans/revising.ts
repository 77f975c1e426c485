import { and, asc, desc, eq } from "drizzle-orm";
import { planVersions } from "#db/schema/plans.ts";
import { taskDependencies, tasks as taskTable } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import type { Task } from "../tasks/finding.ts";
import { differencesBetween, type Difference } from "./difference.ts";
import type { PlanDocument, PlanTask } from "./document.ts";
import { documentOf, lockPlan, type Plan } from "./finding.ts";
import { isApproved, refuseOver } from "./service.ts";

/** A draft that changes a plan while it runs. */
export interface Revision {
  /** The version that says how the plan stood when the draft began: the draft's changes are against it. */
  baseVersion: number;
  /** Keys of tasks that were begun or are done: they stay as they are. */
  fixed: string[];
  differences: Difference[];
}

/**
 * Drafts the next version of an approved plan from what is on the board now; a draft that was there before is forgotten.
 * It is written down twice: as it stands, and as the draft. What the two say differently is what an approval changes.
 */
export async function revisePlan(context: Context, planId: string): Promise<void> {
  const plan = await lockPlan(context, planId);
  refuseOver(plan);
  if (!isApproved(plan))
    throw new AppError("conflict", `Plan ${plan.number} is not approved yet: edit its draft, nothing runs of it.`);
  const document = documentOfBoard(await readBoard(context, plan), await approvedDocument(context, plan));
  if (document.tasks.length === 0)
    throw new AppError("conflict", `All tasks of plan ${plan.number} were cancelled. Clone it to go on from there.`);
  const subject = { subject: plan.id, team: plan.teamId };
  // One after the other: the second takes the place of the first as the draft.
  for (const [after, source] of [
    [1, "board"],
    [2, "person"],
  ] as const)
    await record(context, "plan.version_written", [
      { ...subject, data: { version: plan.latestVersion + after, source, writtenWith: null, document } },
    ]);
}

/** Gives up the draft that would change a running plan; again, where there is none, it does nothing. */
export async function discardRevision(context: Context, planId: string): Promise<void> {
  const plan = await lockPlan(context, planId);
  if (!isRevised(plan)) return;
  refuseOver(plan);
  const data = { version: plan.latestVersion + 1 };
  await record(context, "plan.revision_discarded", [{ subject: plan.id, team: plan.teamId, data }]);
}

/** Whether the newest version of a plan is a draft that changes what runs. */
export const isRevised = (plan: Plan): boolean => isApproved(plan) && plan.latestVersion > (plan.approvedVersion ?? 0);

/** What the draft of a running plan changes, and what it cannot; null where there is none. */
export async function readRevision(context: Context, plan: Plan): Promise<Revision | null> {
  if (!isRevised(plan) || plan.status === "completed" || plan.status === "cancelled") return null;
  const baseVersion = await baseOf(context, plan);
  const base = await documentOf(context, plan.id, baseVersion);
  const draft = await documentOf(context, plan.id, plan.latestVersion);
  const fixed = (await readBoard(context, plan)).filter(({ task }) => !isWaiting(task)).map(({ key }) => key);
  return { baseVersion, fixed, differences: differencesBetween(base, draft) };
}

/** Nobody has it, and nothing was done: it may be changed, and may go. */
export const isWaiting = ({ status, archivedAt }: Task): boolean =>
  archivedAt === null && (status === "todo" || status === "failed");

/** The version that the draft of a running plan began with. */
export async function baseOf({ tx, actor }: Context, plan: Plan): Promise<number> {
  const [base] = await tx
    .select({ version: planVersions.version })
    .from(planVersions)
    .where(and(eq(planVersions.orgId, actor.orgId), eq(planVersions.planId, plan.id), eq(planVersions.source, "board")))
    .orderBy(desc(planVersions.version))
    .limit(1);
  if (!base) throw new Error("a revision of a plan began with nothing");
  return base.version;
}

/** A task of a plan on the board: its row, and the keys of the plan that it waits for. */
export interface OnBoard {
  key: string;
  task: Task;
  dependsOn: string[];
}

/** All tasks that a plan brought to the board, by their numbers; those that were cancelled too. */
export async function readBoard({ tx, actor }: Context, plan: Pick<Plan, "id">): Promise<OnBoard[]> {
  const rows = await tx
    .select()
    .from(taskTable)
    .where(and(eq(taskTable.orgId, actor.orgId), eq(taskTable.planId, plan.id)))
    .orderBy(asc(taskTable.number));
  const edges = await tx
    .select({ taskId: taskDependencies.taskId, dependsOnId: taskDependencies.dependsOnId })
    .from(taskDependencies)
    .innerJoin(taskTable, and(eq(taskTable.orgId, taskDependencies.orgId), eq(taskTable.id, taskDependencies.taskId)))
    .where(and(eq(taskDependencies.orgId, actor.orgId), eq(taskTable.planId, plan.id)));
  const keys = new Map(rows.map(({ id, planKey }) => [id, planKey ?? id]));
  const before = Map.groupBy(edges, ({ taskId }) => taskId);
  return rows.map((task) => ({
    key: task.planKey ?? task.id,
    task,
    dependsOn: (before.get(task.id) ?? []).flatMap(({ dependsOnId }) => keys.get(dependsOnId) ?? []),
  }));
}

/** What is on the board, as a plan says it: without what was cancelled, and what is waited for in the order of the list. */
export function documentOfBoard(board: readonly OnBoard[], approved: PlanDocument): PlanDocument {
  const live = board.filter(({ task }) => task.status !== "cancelled");
  const places = new Map(live.map(({ key }, place) => [key, place]));
  const covers = new Map(approved.tasks.map((task) => [task.key, task.covers]));
  return {
    summary: approved.summary,
    tasks: live.map(({ key, task, dependsOn }): PlanTask => {
      const { title, description, type, complexity, priority, acceptanceCriteria, touches, tags } = task;
      const { estimateMinutes, estimateTokens, estimateCostMicros, modelTier, allowedTools } = task;
      return {
        ...{ key, title, description, type, complexity, priority, acceptanceCriteria, touches, tags },
        ...{ estimateMinutes, estimateTokens, estimateCostMicros, modelTier, allowedTools },
        dependsOn: dependsOn
          .filter((one) => places.has(one))
          .toSorted((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0)),
        covers: covers.get(key) ?? [],
      };
    }),
  };
}

export const approvedDocument = (context: Context, plan: Plan): Promise<PlanDocument> =>
  documentOf(context, plan.id, plan.approvedVersion ?? plan.latestVersion);
