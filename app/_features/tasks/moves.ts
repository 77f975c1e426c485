import type { TaskStatus } from "#db/enums.ts";
import { taskFaces } from "#app/_ui/statuses.ts";
import type { Card } from "#server/tasks/schema.ts";
import { canMove, transitions } from "#server/tasks/transitions.ts";

type Movable = Pick<Card, "number" | "status" | "openDependencies" | "repoId">;

const stateSentence: Record<TaskStatus, string> = {
  todo: "has not been started",
  in_progress: "is in progress",
  blocked: "is blocked",
  in_review: "is in review",
  in_approval: "is in approval",
  merging: "is merging",
  done: "is done",
  failed: "has failed",
  cancelled: "is cancelled",
};

/**
 * Why a person cannot move this task there by hand, in words that say what is possible; null when it can be moved. The
 * server decides; this only spares a person from trying.
 */
export function refusalOf(task: Movable, to: TaskStatus): string | null {
  const { number, status } = task;
  if (status === to) return null;
  if (!canMove(status, to)) return `#${number} ${stateSentence[status]}. ${onwardFrom(task)}`;
  if (to === "in_progress" && status === "todo" && task.openDependencies > 0) return waitsFor(task);
  if (to === "in_review")
    return `#${number} gets into review when its holder presses “Request review”: that names the commit to judge.`;
  if (to === "in_approval") return `#${number} is approved on its page, by somebody who did not write it.`;
  if (to === "merging")
    return status === "in_approval"
      ? `#${number} enters the merge queue by “Merge” on its page.`
      : `#${number} enters the merge queue once it is approved.`;
  if (to === "done") return `#${number} gets done by its approval${task.repoId ? " and its merge" : ""}.`;
  if (to === "todo" && status === "merging")
    return `#${number} is in the merge queue. It comes back by itself when its gate fails.`;
  return null;
}

/** Every status a person can move this task to now. */
export function movesOf(task: Movable): TaskStatus[] {
  return transitions[task.status].filter((to) => refusalOf(task, to) === null);
}

function onwardFrom(task: Movable): string {
  const possible = movesOf(task).map((to) => `“${taskFaces[to].label}”`);
  if (possible.length > 0) return `From there it can go to ${listed(possible)}.`;
  return task.status === "done" || task.status === "cancelled"
    ? "That is its end. Archive it, or create another task."
    : "It moves on by itself.";
}

function waitsFor({ number, openDependencies }: Movable): string {
  const many = openDependencies > 1;
  return `#${number} waits for ${many ? `${openDependencies} tasks that are` : "a task that is"} not done. Finish ${many ? "them" : "it"}, or remove the dependency.`;
}

/** "a", "a or b", "a, b or c". */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
