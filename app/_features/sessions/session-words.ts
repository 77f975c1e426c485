import type { SessionStatus } from "#db/enums.ts";

/** Why nothing can be said in a session that stands there; null when it can. */
export function closedWords(status: SessionStatus): string | null {
  if (status === "archived") return "The session is archived. Its conversation stays readable; fork it to go on.";
  if (status === "removing" || status === "removed") return "The session is gone.";
  if (status === "stopped") return "The session is stopped. Resume it to go on where it ended.";
  if (status === "error") return "The agent broke down. Resume the session to start it again.";
  return null;
}

/** A turn is under way. */
export const isInTurn = (status: SessionStatus): boolean => status === "running" || status === "waiting";

/** Statuses one filters a list by, in the order in which they matter. */
export const listedStatuses = [
  "waiting",
  "running",
  "ready",
  "initializing",
  "paused",
  "error",
  "stopped",
  "archived",
] as const;
