import type { FeedEvent } from "#server/events/schema.ts";

/** What was said when a task last moved to "failed", of its events, the newest first; null where nothing was. */
export function reasonOfFailure(events: readonly Pick<FeedEvent, "type" | "data">[]): string | null {
  const failed = events.find(({ type, data }) => type === "task.status_changed" && data.to === "failed");
  const reason = failed?.data.reason;
  return typeof reason === "string" && reason.trim() !== "" ? reason : null;
}
