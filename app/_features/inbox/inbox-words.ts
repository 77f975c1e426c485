import type { RequestKind } from "#db/enums.ts";
import type { Decision } from "./inbox-types.ts";

/** What is asked for, as a badge reads it. */
export const kindLabel: Record<RequestKind, string> = {
  question: "Question",
  approval: "Approval",
  review: "Opinion",
  permission: "Permission",
  budget: "Budget",
  checkpoint: "Checkpoint",
};

/** What a request holds up, said as what an answer sets free: "an answer unblocks 7 tasks and 1 agent"; nothing of nothing. */
export const unblocks = (words: string): string => holdsUp(words).replace(/^blocks /, "an answer unblocks ");

/** What a task that stands still holds up, where it is something. */
export const holdsUp = (words: string): string => (words === "blocks nothing" ? "" : words);

/** What a person is to do about a task that stands still. */
export const decisionLabel: Record<Decision["kind"], string> = {
  in_review: "Review",
  in_approval: "Merge",
  failed: "Failed",
  blocked: "Blocked",
};
