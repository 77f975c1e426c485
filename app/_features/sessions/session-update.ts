/** What an agent's session says, piece by piece, as it is kept and streamed. The same tool id again is an update. */
export type SessionUpdate =
  | { kind: "user"; text: string; by: string }
  | { kind: "text"; text: string }
  | { kind: "thought"; text: string }
  | ToolUpdate
  | { kind: "plan"; entries: PlanEntry[] }
  | { kind: "permission"; requestId: string; toolId: string; title: string; status: PermissionStatus }
  | { kind: "question"; requestId: string; text: string; status: "pending" | "answered" | "expired" }
  | { kind: "usage"; inputTokens: number; outputTokens: number; costMicros: number }
  | { kind: "mode"; mode: string }
  | { kind: "error"; message: string }
  | { kind: "turn"; state: "started" | "ended"; stopReason?: string | undefined };

export type PermissionStatus = "pending" | "allowed" | "denied" | "expired";
export type PlanEntry = { content: string; status: "pending" | "in_progress" | "completed" };
export type FileDiff = { path: string; before: string | null; after: string };
export type ToolKind = "read" | "edit" | "delete" | "move" | "search" | "execute" | "fetch" | "think" | "other";
export type ToolStatus = "pending" | "running" | "completed" | "failed";

type ToolUpdate = {
  kind: "tool";
  id: string;
  title: string;
  toolKind: ToolKind;
  status: ToolStatus;
  input?: unknown;
  output?: string | undefined;
  diff?: FileDiff[] | undefined;
  durationMs?: number | undefined;
};

/** One kept piece: `seq` counts through the session without a gap. */
export type Chunk = { seq: number; turn: number; at: string; update: SessionUpdate };
