import type { Agent } from "#server/agents/schema.ts";

/** What an agent does at the moment, as one word that everybody uses. */
export type AgentFace = "archived" | "paused" | "silent" | "working" | "waiting" | "idle" | "never";

/**
 * An agent at a glance. A pause comes first, since it is somebody's will; then silence, also of one that holds a task;
 * `waiting` is for a person's answer.
 */
export function faceOfAgent({ status, silentSince, holds, lastSeenAt }: Agent): AgentFace {
  if (status === "archived" || status === "paused") return status;
  if (silentSince !== null) return "silent";
  if (holds.some((held) => held.status !== "blocked")) return "working";
  if (holds.length > 0) return "waiting";
  return lastSeenAt === null ? "never" : "idle";
}
