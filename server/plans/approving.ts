import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { lockEdges } from "../tasks/dependencies.ts";
import { createTasks } from "../tasks/service.ts";
import type { PlanTask } from "./document.ts";
import { lockPlan } from "./finding.ts";
import { inOrder } from "./graph.ts";
import { documentOf } from "./queries.ts";
import type { approvePlanInput } from "./schema.ts";
import { movePlan } from "./service.ts";

/**
 * Makes tasks of a plan, with the edges between them, and lets them go: all in one transaction, with as many statements
 * for a thousand tasks as for one.
 * @returns the ids of the tasks by their keys.
 * @throws AppError conflict when it was approved, edited to a newer version, or is not written yet.
 */
export async function approvePlan(
  context: Context,
  { planId, version }: z.output<typeof approvePlanInput>,
): Promise<{ key: string; id: string }[]> {
  // Before any row: the edges of the graph are locked first, everywhere.
  await lockEdges(context);
  const plan = await lockPlan(context, planId);
  if (plan.status !== "awaiting_approval")
    throw new AppError(
      "conflict",
      plan.approvedVersion === null
        ? `Plan ${plan.number} is ${plan.status}: there is nothing to approve. Have it written first.`
        : `Plan ${plan.number} was approved already; its tasks are on the board.`,
    );
  if (version !== plan.latestVersion)
    throw new AppError(
      "conflict",
      `Version ${version} was followed by version ${plan.latestVersion}. Read that one, and approve it.`,
      {
        latestVersion: plan.latestVersion,
      },
    );
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

const toTask = ({ key: _key, covers: _covers, dependsOn: _dependsOn, ...task }: PlanTask) => ({
  ...task,
  assignee: null,
  dependsOn: [],
});
