import type { TaskStatus } from "#db/enums.ts";

/** Every legal move of a task. *Ready* is not a status: it is "todo, every dependency done, not paused, room left". */
export const transitions = {
  todo: ["in_progress", "cancelled"],
  in_progress: ["in_review", "blocked", "todo", "failed", "cancelled"],
  blocked: ["in_progress", "todo", "failed", "cancelled"],
  in_review: ["in_approval", "todo", "done", "cancelled"],
  in_approval: ["merging", "todo", "cancelled"],
  merging: ["done", "todo"],
  failed: ["todo", "cancelled"],
  done: [],
  cancelled: [],
} as const satisfies Record<TaskStatus, readonly TaskStatus[]>;

export function canMove(from: TaskStatus, to: TaskStatus): boolean {
  const next: readonly TaskStatus[] = transitions[from];
  return next.includes(to);
}

/** Statuses in which a lease is live: somebody works on the task, or waits for an answer while working on it. */
export const isHeld = (status: TaskStatus): boolean => status === "in_progress" || status === "blocked";

/** Statuses in which a task is over; it can be archived. */
export const isOver = (status: TaskStatus): boolean => status === "done" || status === "cancelled";
