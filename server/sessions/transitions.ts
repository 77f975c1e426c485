import type { SessionStatus } from "#db/enums.ts";

/**
 * Every legal move of a session in which we drive an agent. (One that an external agent reports goes from `ready` to
 * `stopped` by its own operations.) From `waiting` a turn goes on as `running`, whatever the answer was.
 */
const transitions = {
  initializing: ["ready", "error", "stopped"],
  ready: ["running", "paused", "stopped", "error"],
  running: ["ready", "waiting", "paused", "stopped", "error"],
  waiting: ["running", "stopped", "error"],
  paused: ["ready", "stopped"],
  stopped: ["initializing", "archived", "removing"],
  error: ["initializing", "archived", "removing"],
  archived: ["removing"],
  removing: ["removed"],
  removed: [],
} as const satisfies Record<SessionStatus, readonly SessionStatus[]>;

export function canMove(from: SessionStatus, to: SessionStatus): boolean {
  const next: readonly SessionStatus[] = transitions[from];
  return next.includes(to);
}

/** A turn is under way. */
export const isInTurn = (status: SessionStatus): boolean => status === "running" || status === "waiting";

/** What people can do with a session that stands there, in the names of the operations. */
export const possibleNow = {
  initializing: ["send_session_message", "stop_session"],
  ready: ["send_session_message", "pause_session", "fork_session", "stop_session"],
  running: ["send_session_message", "cancel_session_turn", "pause_session", "stop_session"],
  waiting: ["respond_to_request", "send_session_message", "cancel_session_turn", "stop_session"],
  paused: ["resume_session", "fork_session", "stop_session"],
  stopped: ["resume_session", "fork_session", "archive_session", "remove_session"],
  error: ["resume_session", "archive_session", "remove_session"],
  archived: ["remove_session"],
  removing: [],
  removed: [],
} as const satisfies Record<SessionStatus, readonly string[]>;
