import type { Review, TaskDetail } from "#server/tasks/schema.ts";

/** What of a pending review is still missing by the team's rules, in words; empty when any approval decides it. */
export function missingWords({
  verdict,
  approvals,
  missing,
}: Pick<Review, "verdict" | "approvals" | "missing">): string {
  if (verdict !== "pending" || (approvals.length === 0 && missing.people + missing.agents < 2 && missing.people === 0))
    return "";
  const names = approvals.map(({ by }) => by.name).join(" and ");
  const needs = [
    ...(missing.agents > 0 ? [missing.agents === 1 ? "an agent" : `${missing.agents} agents`] : []),
    ...(missing.people > 0 ? [missing.people === 1 ? "a person" : `${missing.people} people`] : []),
  ];
  return `${names ? `Approved by ${names}; it` : "It"} needs the approval of ${needs.join(" and ")}.`;
}

/** Why this person cannot judge the task's work, in words; null when they can. The server decides; this spares a try. */
export function judgingRefusal(task: TaskDetail, me: { id: string }): string | null {
  const review = task.reviews.at(-1);
  if (task.status !== "in_review" || !review) return "It waits for no review.";
  if (review.author.kind === "user" && review.author.id === me.id)
    return "It is your own work: somebody else must judge it.";
  if (review.approvals.some(({ by }) => by.id === me.id)) return "You approved it. It needs somebody else too.";
  if (task.assignee?.id === me.id) return "You worked on it: somebody else must judge it.";
  if (review.verdict !== "pending")
    return "The branch has moved since the review was asked for. It must be asked for again.";
  return null;
}
