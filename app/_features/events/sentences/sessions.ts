import type { SessionStatus } from "#db/enums.ts";
import type { Wording } from "./about.ts";
import { said } from "./words.ts";

/** Sessions, and what begins and bounds them, in words. */
export const sessionsWording = {
  "quota.set": ({ userId }, { name }) => ({
    face: "money",
    parts: ["set what sessions of ", userId === null ? "everybody" : name(userId, "somebody"), " may use"],
  }),
  "report.saved": ({ name, isShared }) => ({
    face: "made",
    parts: ["left the report ", { name }, isShared ? " for everybody" : ""],
  }),
  "report.shared": ({ isShared }) => ({
    face: "changed",
    parts: [isShared ? "shared a report with everybody" : "gave a report back to its team"],
  }),
  "report.removed": () => ({ face: "archived", parts: ["removed a report"] }),
  "template.saved": ({ kind, name }) => ({ face: "made", parts: [`saved the ${kind} template `, { name }] }),
  "template.removed": () => ({ face: "archived", parts: ["removed a template"] }),
  "schedule.saved": ({ name, cron, timeZone, enabled }) => ({
    face: "changed",
    parts: [enabled ? "scheduled " : "switched off ", { name }, ` (${cron}, ${timeZone})`],
  }),
  "schedule.removed": () => ({ face: "archived", parts: ["removed a schedule"] }),
  "schedule.ran": ({ outcome, detail }) => ({
    face: "made",
    parts: [
      { created: "made a task by schedule", skipped: "skipped a scheduled run", failed: "failed a scheduled run" }[
        outcome
      ],
    ],
    quote: detail,
    tone: outcome === "failed" ? "danger" : undefined,
  }),
  "session.flagged": ({ flags, because }) => ({
    face: "agent",
    parts: ["has had ", { name: flags.join(", ").replaceAll("_", " ") }, " in a session"],
    quote: because,
  }),
  "session.started": (_, { it }) => ({
    face: "agent",
    parts: ["began a session", ...(it === "it" || it === "a task" ? [] : [" on ", it])],
  }),
  "session.ended": ({ reason }) => ({ face: "agent", parts: ["ended a session"], quote: said(reason ?? undefined) }),
  // What somebody talks about is told to nobody else: no name comes with it.
  "session.created": ({ name, parentId }) => ({
    face: "agent",
    parts: [parentId ? "forked a session" : "began a session", ...(name ? [": ", { name }] : [" of their own"])],
  }),
  "session.moved": ({ from, to, reason }) => ({
    face: "agent",
    parts: [sessionMovesFrom[`${from} ${to}`] ?? sessionMoves[to]],
    quote: said(reason ?? undefined),
    tone: to === "error" ? "danger" : undefined,
  }),
  "session.renamed": ({ name }) => ({
    face: "agent",
    parts: ["renamed a session", ...(name ? [" to ", { name }] : [])],
  }),
  "session.changed": ({ model, mode }) => ({
    face: "agent",
    parts: [
      // What else changes of one is where its agent is: it was started, or found again.
      model || mode ? "set a session" : "brought up its agent",
      ...(model ? [" to the model ", { name: model }] : []),
      ...(mode ? [" to the mode ", { name: mode }] : []),
    ],
  }),
} satisfies Partial<Wording>;

const sessionMoves: Record<SessionStatus, string> = {
  initializing: "is getting a session ready",
  ready: "got ready for work",
  running: "began a turn",
  waiting: "waits for an answer",
  paused: "paused a session",
  stopped: "stopped a session",
  error: "broke down",
  archived: "archived a session",
  removing: "asked to remove a session",
  removed: "removed a session",
};

/** Where it depends on what was before. */
const sessionMovesFrom: Partial<Record<`${SessionStatus} ${SessionStatus}`, string>> = {
  "paused ready": "resumed a session",
  "running ready": "ended a turn",
  "waiting running": "went on with a turn",
  "stopped initializing": "took a session up again",
  "error initializing": "took a session up again",
};
