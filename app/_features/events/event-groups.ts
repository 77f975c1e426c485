import type { EventType } from "#server/events/registry.ts";
import { eventTypes } from "./sentence.ts";

/** The kinds of events a person filters by. Together they hold every type, each once. */
export const eventGroups = [
  { id: "tasks", label: "Tasks", of: ["task", "worktree"] },
  { id: "plans", label: "Plans", of: ["plan"] },
  { id: "checks", label: "Checks and learnings", of: ["verification", "learning", "knowledge"] },
  { id: "messages", label: "Messages", of: ["message"] },
  { id: "reviews", label: "Reviews", of: ["review"] },
  { id: "merges", label: "Merges and gates", of: ["merge", "gate"] },
  { id: "agents", label: "Agents and keys", of: ["agent", "api_key"] },
  { id: "repos", label: "Repositories and workspaces", of: ["repo", "workspace"] },
  { id: "webhooks", label: "Webhooks", of: ["webhook", "github_app", "mcp_server"] },
  { id: "people", label: "People and teams", of: ["member", "invitation", "team"] },
  { id: "organization", label: "Organization", of: ["organization"] },
] as const;

/** The types of the chosen kinds; none chosen means every type. */
export function typesOf(chosen: readonly string[]): EventType[] | undefined {
  const nouns = new Set<string>(eventGroups.filter(({ id }) => chosen.includes(id)).flatMap(({ of }) => [...of]));
  if (nouns.size === 0) return undefined;
  return eventTypes().filter((type) => nouns.has(type.split(".")[0] ?? ""));
}
