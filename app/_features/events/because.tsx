import { roomHref, taskHref } from "#app/_shell/rooms.ts";
import { Link } from "#app/_ui/link.tsx";
import type { FeedEvent } from "#server/events/schema.ts";

/** Where everything that one request caused is listed. */
export const correlationHref = (orgSlug: string, teamId: string, correlationId: string): string =>
  `${roomHref(orgSlug, teamId, "activity")}?request=${encodeURIComponent(correlationId)}`;

const words: Record<string, string> = {
  "task.created": "was made",
  "task.dependency_removed": "waits for less",
  "message.sent": "somebody wrote",
  "merge.queued": "it was queued to be merged",
  "review.requested": "a review was asked for",
};

/** "because #12 was done": the event that led to this one, where it is another's or says more than this one does. */
export function Because({
  event: { cause, taskId },
  orgSlug,
}: {
  event: Pick<FeedEvent, "cause" | "taskId">;
  orgSlug: string;
}) {
  if (!cause) return null;
  const isOther = cause.taskNumber !== null && cause.taskId !== taskId;
  if (cause.type === "task.status_changed") {
    const what =
      cause.to === "todo" ? "came back" : cause.to === "done" ? "was done" : `got ${cause.to?.replaceAll("_", " ")}`;
    return (
      <span className="text-faint">
        {" because "}
        {isOther && cause.taskNumber ? (
          <Link href={taskHref(orgSlug, cause.taskNumber)}>#{cause.taskNumber}</Link>
        ) : (
          "it"
        )}{" "}
        {what}
      </span>
    );
  }
  const word = words[cause.type];
  if (!word) return null;
  const isOfTask = cause.type.startsWith("task.");
  return <span className="text-faint">{` because ${isOfTask ? "it " : ""}${word}`}</span>;
}
