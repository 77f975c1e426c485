import type { z } from "zod";
import type { TaskStatus } from "#db/enums.ts";
import type { taskPage } from "#server/tasks/schema.ts";
import type { Api } from "./api.ts";
import { recipeOf } from "./recipes.ts";

const over: readonly TaskStatus[] = ["done", "cancelled"];

/**
 * Puts away what an earlier run of the sample made; it stays to look at until the next one begins. What somebody made in
 * the same team is theirs, and is left as it is.
 */
export async function clearAway(api: Pick<Api, "call">, teamId: string): Promise<void> {
  const { tasks } = await api.call<z.output<typeof taskPage>>("list_tasks", { teamId, limit: 200 });
  const ours = tasks.filter(({ tags }) => recipeOf(tags) !== undefined);
  const unfinished = ours.filter(({ status }) => !over.includes(status)).map(({ id }) => id);
  if (unfinished.length > 0) await api.call("bulk_update_tasks", { tasks: unfinished, status: "cancelled" });
  if (ours.length > 0) await api.call("bulk_update_tasks", { tasks: ours.map(({ id }) => id), archive: true });
}
