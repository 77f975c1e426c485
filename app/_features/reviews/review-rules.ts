import type { TaskDetail } from "#server/tasks/schema.ts";

/** Why this person cannot judge the task's work, in words; null when they can. The server decides; this spares a try. */
export function judgingRefusal(task: TaskDetail, me: { id: string }): string | null {
  const review = task.reviews.at(-1);
  if (task.status !== "in_review" || !review) return "It waits for no review.";
  if (review.author.kind === "user" && review.author.id === me.id)
    return "It is your own work: somebody else must judge it.";
  if (task.assignee?.id === me.id) return "You worked on it: somebody else must judge it.";
  if (review.verdict !== "pending")
    return "The branch has moved since the review was asked for. It must be asked for again.";
  return null;
}
