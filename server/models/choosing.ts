import { modelTiers } from "#db/enums.ts";
import type { Context } from "../context.ts";
import type { Task } from "../tasks/finding.ts";
import { readVerificationState } from "../verifications/queries.ts";
import { routeWork } from "./routing.ts";
import { routingOf } from "./service.ts";

/**
 * The models for an agent's work on a task, in the order in which they are tried: somebody's choice for the task, then for
 * the agent, then the team's table; each failed check lifts it a tier.
 */
export async function chooseModels(context: Context, task: Task, ofAgent: string | null): Promise<readonly string[]> {
  const chosen = task.modelTier ?? ofAgent;
  const tier = modelTiers.find((one) => one === chosen) ?? null;
  const { failedInARow } = await readVerificationState(context, task.id);
  const work = {
    ...{ type: task.type, complexity: task.complexity, tier, failures: Math.max(failedInARow, task.rework) },
    model: chosen?.includes("/") ? chosen : null,
  };
  return routeWork(await routingOf(context, task.teamId), work).models;
}
