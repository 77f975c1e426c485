import type { MergeStatus, RepoStatus, SessionStatus, TaskStatus, Verdict } from "#db/enums.ts";
import type { Tone } from "./badge.tsx";
import type { Glyph } from "./status-glyph.tsx";

export type PlanStatus =
  | "draft"
  | "planning"
  | "awaiting_approval"
  | "executing"
  | "paused"
  | "completed"
  | "failed"
  | "cancelled";

export type StatusFace = { label: string; glyph: Glyph; tone: Tone };

/** How each status of a task looks and reads, in the order of a board's columns. */
export const taskFaces: Record<TaskStatus, StatusFace> = {
  todo: { label: "To do", glyph: "ring", tone: "neutral" },
  in_progress: { label: "In progress", glyph: "half", tone: "accent" },
  blocked: { label: "Blocked", glyph: "bars", tone: "warning" },
  in_review: { label: "In review", glyph: "eye", tone: "info" },
  in_approval: { label: "In approval", glyph: "stamp", tone: "info" },
  merging: { label: "Merging", glyph: "merge", tone: "accent" },
  failed: { label: "Failed", glyph: "cross", tone: "danger" },
  done: { label: "Done", glyph: "check", tone: "success" },
  cancelled: { label: "Cancelled", glyph: "slash", tone: "neutral" },
};

export const planFaces: Record<PlanStatus, StatusFace> = {
  draft: { label: "Draft", glyph: "dashed", tone: "neutral" },
  planning: { label: "Planning", glyph: "clock", tone: "agent" },
  awaiting_approval: { label: "Awaiting approval", glyph: "stamp", tone: "info" },
  executing: { label: "Executing", glyph: "half", tone: "accent" },
  paused: { label: "Paused", glyph: "bars", tone: "warning" },
  completed: { label: "Completed", glyph: "check", tone: "success" },
  failed: { label: "Failed", glyph: "cross", tone: "danger" },
  cancelled: { label: "Cancelled", glyph: "slash", tone: "neutral" },
};

export const mergeFaces: Record<MergeStatus, StatusFace> = {
  queued: { label: "Queued", glyph: "clock", tone: "neutral" },
  testing: { label: "Testing", glyph: "flask", tone: "accent" },
  merged: { label: "Merged", glyph: "check", tone: "success" },
  failed: { label: "Failed", glyph: "cross", tone: "danger" },
  conflicted: { label: "Conflicted", glyph: "turn", tone: "warning" },
  cancelled: { label: "Cancelled", glyph: "slash", tone: "neutral" },
};

export const reviewFaces: Record<Verdict, StatusFace> = {
  pending: { label: "Waiting for review", glyph: "eye", tone: "info" },
  approve: { label: "Approved", glyph: "check", tone: "success" },
  request_changes: { label: "Changes requested", glyph: "turn", tone: "warning" },
  reject: { label: "Rejected", glyph: "cross", tone: "danger" },
  void: { label: "Void, the branch moved", glyph: "slash", tone: "neutral" },
};

export const repoFaces: Record<RepoStatus, StatusFace> = {
  initializing: { label: "Getting ready", glyph: "clock", tone: "accent" },
  ready: { label: "Ready", glyph: "check", tone: "success" },
  error: { label: "Error", glyph: "cross", tone: "danger" },
};

export const sessionFaces: Record<SessionStatus, StatusFace> = {
  initializing: { label: "Starting", glyph: "clock", tone: "accent" },
  ready: { label: "Ready", glyph: "ring", tone: "success" },
  running: { label: "Working", glyph: "half", tone: "accent" },
  waiting: { label: "Waits for you", glyph: "eye", tone: "warning" },
  paused: { label: "Paused", glyph: "bars", tone: "warning" },
  stopped: { label: "Stopped", glyph: "check", tone: "neutral" },
  error: { label: "Error", glyph: "cross", tone: "danger" },
  archived: { label: "Archived", glyph: "dashed", tone: "neutral" },
  removing: { label: "Being removed", glyph: "clock", tone: "neutral" },
  removed: { label: "Removed", glyph: "slash", tone: "neutral" },
};
