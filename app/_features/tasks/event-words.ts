import { taskStatuses } from "#db/enums.ts";
import { taskFaces } from "#app/_ui/statuses.ts";
import type { FeedEvent } from "#server/events/schema.ts";

/** Names that an event only holds the ids of. */
export type Names = {
  actor: (id: string) => string | undefined;
  task: (id: string) => string | undefined;
};

/** What kind of thing happened, for its icon. */
export type EventFace =
  | "made"
  | "changed"
  | "assigned"
  | "linked"
  | "claimed"
  | "moved"
  | "pushed"
  | "review"
  | "merge"
  | "gate"
  | "archived";

export type EventWords = {
  face: EventFace;
  /** Follows the name of who did it: "claimed it". */
  text: string;
  /** What was said with it: a reason, a summary. It may be an agent's text. */
  quote?: string;
  tone?: "success" | "warning" | "danger";
};

type Data = FeedEvent["data"];
const noNames: Names = { actor: () => undefined, task: () => undefined };

/** An event of a task as the rest of a sentence; null for what a timeline leaves out (messages stand there whole). */
export function wordsOf({ type, data }: Pick<FeedEvent, "type" | "data">, names: Names = noNames): EventWords | null {
  return wording[type]?.(data, names) ?? null;
}

const wording: Record<string, (data: Data, names: Names) => EventWords | null> = {
  "task.created": () => ({ face: "made", text: "created the task" }),
  "task.updated": (data) => ({ face: "changed", text: `changed the ${fieldsOf(data)}` }),
  "task.assigned": ({ assignee }, names) => ({ face: "assigned", text: assignedTo(assignee, names) }),
  "task.dependency_added": (data, names) => ({ face: "linked", text: `made it wait for ${otherTask(data, names)}` }),
  "task.dependency_removed": (data, names) => ({
    face: "linked",
    text: `let it no longer wait for ${otherTask(data, names)}`,
  }),
  "task.claimed": ({ fence }) => ({ face: "claimed", text: `claimed it${isNumber(fence) ? ` (fence ${fence})` : ""}` }),
  "task.status_changed": moved,
  "task.pushed": ({ commit }) => ({ face: "pushed", text: `pushed ${shortCommit(commit)}` }),
  "task.archived": () => ({ face: "archived", text: "archived it" }),
  "review.requested": ({ attempt, commit, summary }) => ({
    face: "review",
    text: `asked for a review${commit ? ` of ${shortCommit(commit)}` : ""}${isNumber(attempt) && attempt > 1 ? `, attempt ${attempt}` : ""}`,
    quote: textOf(summary),
  }),
  "review.assigned": ({ reviewerId }, names) => ({
    face: "review",
    text: `gave the review to ${names.actor(textOf(reviewerId) ?? "") ?? "a reviewer"}`,
  }),
  "review.decided": ({ verdict, text }) => ({ ...verdictWords(verdict), quote: textOf(text) }),
  "review.commented": ({ path, line, body }) => ({
    face: "review",
    text: `commented on ${textOf(path) ?? "a file"}, line ${isNumber(line) ? line : "?"}`,
    quote: textOf(body),
  }),
  "merge.queued": ({ commit }) => ({ face: "merge", text: `put ${shortCommit(commit)} into the merge queue` }),
  "merge.started": () => ({ face: "merge", text: "started to test the merge" }),
  "merge.requeued": ({ reason }) => ({ face: "merge", text: "put it back into the queue", quote: textOf(reason) }),
  "merge.landed": ({ mergeCommit }) => ({
    face: "merge",
    text: `merged it as ${shortCommit(mergeCommit)}`,
    tone: "success",
  }),
  "merge.failed": ({ status, reason }) => ({
    face: "merge",
    text:
      status === "conflicted"
        ? "found a conflict with the default branch"
        : status === "cancelled"
          ? "cancelled the merge"
          : "could not merge it",
    quote: textOf(reason),
    tone: status === "cancelled" ? undefined : "danger",
  }),
  "gate.finished": gateWords,
};

function moved({ to, reason, lease, rework }: Data): EventWords {
  const status = taskStatuses.find((each) => each === to);
  const ended = typeof lease === "object" && lease !== null && "end" in lease ? lease.end : undefined;
  const quote = textOf(reason);
  if (ended === "expired")
    return { face: "moved", text: "put it back: its holder was not heard of any more", quote, tone: "warning" };
  if (status === "todo" && rework === true)
    return { face: "moved", text: "sent it back for rework", quote, tone: "warning" };
  const tone =
    status === "done" ? "success" : status === "failed" ? "danger" : status === "blocked" ? "warning" : undefined;
  return {
    face: "moved",
    text: `moved it to ${status ? `“${taskFaces[status].label}”` : "another status"}`,
    quote,
    tone,
  };
}

function gateWords({ passed, exitCode, outcome }: Data): EventWords {
  if (passed === true) return { face: "gate", text: "ran the gate: passed", tone: "success" };
  const why = isNumber(exitCode) ? `exit code ${exitCode}` : (textOf(outcome) ?? "no result");
  return { face: "gate", text: `ran the gate: failed, ${why}`, tone: "danger" };
}

function verdictWords(verdict: unknown): EventWords {
  if (verdict === "approve") return { face: "review", text: "approved it", tone: "success" };
  if (verdict === "request_changes") return { face: "review", text: "asked for changes", tone: "warning" };
  if (verdict === "reject") return { face: "review", text: "rejected it", tone: "danger" };
  return { face: "review", text: "made the review void: the branch moved" };
}

const fieldNames: Record<string, string> = { repoId: "repository" };

function fieldsOf(data: Data): string {
  const fields = Object.keys(data).map((field) => fieldNames[field] ?? field);
  return fields.length < 2 ? fields.join("") : `${fields.slice(0, -1).join(", ")} and ${fields.at(-1)}`;
}

function assignedTo(assignee: unknown, names: Names): string {
  if (typeof assignee !== "object" || assignee === null || !("id" in assignee))
    return "left it to whoever is free first";
  return `assigned it to ${names.actor(textOf(assignee.id) ?? "") ?? "somebody"}`;
}

function otherTask({ dependsOnId }: Data, names: Names): string {
  return names.task(textOf(dependsOnId) ?? "") ?? "another task";
}

/** The first eight letters of a commit, as git prints it. */
export function shortCommit(commit: unknown): string {
  return typeof commit === "string" ? commit.slice(0, 8) : "a commit";
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const isNumber = (value: unknown): value is number => typeof value === "number";
