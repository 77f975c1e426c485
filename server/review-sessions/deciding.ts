import { isLivingSession, type SessionStatus } from "#db/enums.ts";

/** Where an agent's judgement of a review stands. */
export interface Standing {
  /** The review waits for this agent's verdict. */
  isOpen: boolean;
  session: SessionStatus;
  /** Since it was begun. */
  minutes: number;
  /** Something waits to be answered in the session, or is being answered. */
  hasWords: boolean;
  stopReason: string | null;
  failureCode: string | null;
  nudges: number;
  faults: number;
}

/** `stop`: nothing is left to judge. `ask`: for the verdict. `give_up`: the review is given back, for others and people. */
export type Next = "nothing" | "stop" | "ask" | "give_up";

/** No review takes longer: people wait for it. */
export const longestMinutes = 30;
/** A turn that ended without a verdict is asked about so often. */
const mostNudges = 2;
/** Turns in a row that broke down: more will not help. */
const mostFaults = 3;
/** What does not pass by itself within the time of a review. */
const lasting = ["over_budget", "key", "model", "request", "invalid"];

/** What is to be done about it now. */
export function decideNext({ isOpen, session, ...at }: Standing): Next {
  const isUp = isLivingSession(session);
  if (!isOpen) return isUp ? "stop" : "nothing";
  if (!isUp || at.minutes >= longestMinutes) return "give_up";
  if (session !== "ready" || at.hasWords) return "nothing";
  if (at.failureCode !== null) return lasting.includes(at.failureCode) || at.faults >= mostFaults ? "give_up" : "ask";
  // Whoever cancelled it has something to say.
  if (at.stopReason === "cancelled") return "nothing";
  return at.nudges < mostNudges ? "ask" : "give_up";
}
