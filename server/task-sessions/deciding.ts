import { isLivingSession, type LeaseEnd, type SessionStatus, type TaskStatus } from "#db/enums.ts";

/** Where an agent's work on a task stands: the task, its lease, the session and what the last turn came to. */
export interface Standing {
  task: TaskStatus;
  /** Null: it lives. */
  leaseEnd: LeaseEnd | null;
  /** Since when the lease is over, in seconds; 0 while it lives. */
  overSeconds: number;
  session: SessionStatus;
  /** The session was stopped because nothing was said, not because somebody wanted it to end. */
  isIdle: boolean;
  /** Something waits to be answered in the session, or is being answered. */
  hasWords: boolean;
  stopReason: string | null;
  failureCode: string | null;
  nudges: number;
  faults: number;
}

/**
 * `stop`: the session is over. `cancel`: its turn is. `hand_back`: the task goes back to be done, `fail`: people decide.
 * `go_on`: the agent is told to. `rest`: hand back, and give the agent nothing for a while.
 */
export type Next = "nothing" | "stop" | "cancel" | "hand_back" | "rest" | "fail" | "go_on";

/** A turn that ended without handing the task over is asked about so often. */
const mostNudges = 3;
/** Turns in a row that break down: more will not help. */
const mostFaults = 3;
/** An agent that has asked for a review says its last words; longer it does not go on. */
const lastWordsSeconds = 60;

/** Failures that pass by themselves or when people do something elsewhere. */
const passing = ["over_budget", "unavailable", "busy", "passing", "key", "model"];

/** What is to be done about it now. */
export function decideNext(at: Standing): Next {
  const { task, leaseEnd, session } = at;
  const isInTurn = session === "running" || session === "waiting";
  if (task === "done" || task === "cancelled") return isLivingSession(session) ? "stop" : "nothing";
  if (leaseEnd !== null) {
    const mayEnd = leaseEnd === "completed" && at.overSeconds < lastWordsSeconds;
    return isInTurn && !mayEnd ? "cancel" : "nothing";
  }
  if (task !== "in_progress") return "nothing";
  if (session === "ready") return at.hasWords ? "nothing" : afterTurn(at);
  if (session === "stopped") return at.isIdle ? "go_on" : "fail";
  if (session === "error") return at.faults < mostFaults ? "rest" : "fail";
  if (session === "archived" || session === "removing" || session === "removed") return "hand_back";
  return "nothing";
}

/** The agent ended its turn and still holds the task. */
function afterTurn({ stopReason, failureCode, nudges, faults }: Standing): Next {
  if (failureCode !== null) {
    if (failureCode === "over_budget") return "rest";
    return faults < mostFaults ? "rest" : passing.includes(failureCode) ? "rest" : "fail";
  }
  // Whoever cancelled it has something to say.
  if (stopReason === "cancelled" || stopReason === null) return "nothing";
  return nudges < mostNudges ? "go_on" : "fail";
}
