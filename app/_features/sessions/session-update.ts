import type { SessionUpdate } from "#server/sessions/schema.ts";

/** The parts of what a session says, by their names. */
type ToolUpdate = Extract<SessionUpdate, { kind: "tool" }>;
export type ToolKind = ToolUpdate["toolKind"];
export type ToolStatus = ToolUpdate["status"];
export type FileDiff = NonNullable<ToolUpdate["diff"]>[number];
export type PermissionStatus = Extract<SessionUpdate, { kind: "permission" }>["status"];
export type QuestionStatus = Extract<SessionUpdate, { kind: "question" }>["status"];
export type PlanEntry = Extract<SessionUpdate, { kind: "plan" }>["entries"][number];
