import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { createTasks } from "../tasks/service.ts";
import { applyRevision, toTask } from "./applying.ts";
import { lockPlanToCancel } from "./executing.ts";
import { documentOf, type Plan } from "./finding.ts";
import { inOrder } from "./graph.ts";
import type { approvePlanInput } from "./schema.ts";
import { isRevised } from "./revising.ts";
import { movePlan, refuseOver } from "./service.ts";

/**
 * Makes tasks of a plan, with the edges between them, and lets them go: all in one transaction, with as many statements
 * for a thousand tasks as for one. Of a plan that runs, what its draft changes is changed.
 * @returns the ids of the tasks that are new by their keys.
 * @throws AppError conflict when it was approved, edited to a newer version, or is not written yet.
 */
export async function approvePlan(
  context: Context,
  { planId, version }: z.output<typeof approvePlanInput>,
): Promise<{ key: string; id: string }[]> {
  const plan = await lockPlanToCancel(context, planId);
  if (isRevised(plan)) return approveRevision(context, plan, version);
  if (plan.status !== "awaiting_approval")
    throw new AppError(
      "conflict",
      plan.approvedVersion === null
        ? `Plan ${plan.number} is ${plan.status}: there is nothing to approve. Have it written first.`
        : `Plan ${plan.number} was approved already; its tasks are on the board.`,
    );
  refuseOlder(plan, version);
  const { tasks } = await documentOf(context, planId, version);
  const ordered = inOrder(tasks);
  const places = new Map(ordered.map(({ key }, place) => [key, place]));
  const subject = { subject: plan.id, team: plan.teamId };
  await record(context, "plan.approved", [{ ...subject, data: { version, tasks: tasks.length } }]);
  await movePlan(context, plan, "executing");
  const ids = await createTasks(
    context,
    ordered.map((task) => ({
      ...toTask(task),
      teamId: plan.teamId,
      repoId: plan.repoId,
      dependsOnPlaces: task.dependsOn.flatMap((key) => places.get(key) ?? []),
      plan: { id: plan.id, key: task.key, rigor: plan.rigor },
    })),
  );
  return ordered.map(({ key }, place) => ({ key, id: ids[place] ?? "" }));
}

/** The draft of a plan that runs: what it changes is changed on the board, in this transaction. */
async function approveRevision(context: Context, plan: Plan, version: number) {
  refuseOver(plan);
  refuseOlder(plan, version);
  const made = await applyRevision(context, plan);
  const { tasks } = await documentOf(context, plan.id, version);
  await record(context, "plan.approved", [
    { subject: plan.id, team: plan.teamId, data: { version, tasks: tasks.length } },
  ]);
  return made;
}

function refuseOlder(plan: Plan, version: number): void {
  if (version === plan.latestVersion) return;
  throw new AppError(
    "conflict",
    `Version ${version} was followed by version ${plan.latestVersion}. Read that one, and approve it.`,
    { latestVersion: plan.latestVersion },
  );
}
