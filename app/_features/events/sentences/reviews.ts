import type { Verdict } from "#db/enums.ts";
import type { Part, Sentence, Wording } from "./about.ts";
import { shortCommit, said } from "./words.ts";

/** Reviews, merges and gates, in words. */
export const reviewsWording = {
  "review.requested": ({ attempt, commit, summary }, { it }) => ({
    face: "review",
    parts: [
      "asked for a review",
      ...(it === "it" ? [] : [" of ", it]),
      commit === null ? "" : ` at ${shortCommit(commit)}`,
      attempt > 1 ? `, attempt ${attempt}` : "",
    ],
    quote: said(summary),
  }),
  "review.assigned": ({ reviewerId }, { it, name, isOwn }) => ({
    face: "review",
    parts: isOwn(reviewerId)
      ? ["took the review", ...(it === "it" ? [] : [" of ", it])]
      : ["gave the review of ", it, " to ", name(reviewerId, "a reviewer")],
  }),
  "review.released": ({ reason, declinedBy }, { it }) => ({
    face: "review",
    parts: [
      declinedBy ? "gave the review of " : "took back the review of ",
      it,
      declinedBy ? " back" : " from its reviewer",
    ],
    quote: said(reason),
  }),
  "review.approved": ({ text }, { it }) => ({
    face: "review",
    parts: ["approved ", it],
    quote: said(text),
    tone: "success",
  }),
  "review.decided": ({ verdict, text }, { it }) => ({
    ...decided(verdict, it),
    face: "review",
    // The approval that decided it stands beside it, with its words.
    quote: verdict === "approve" ? undefined : said(text),
  }),
  "review.commented": ({ path, line, body }, { it }) => ({
    face: "review",
    parts: [`commented on ${path}, line ${line}`, ...(it === "it" ? [] : [" of ", it])],
    quote: said(body),
  }),
  "merge.queued": ({ commit }, { it }) => ({
    face: "merge",
    parts: ["put ", it, ` into the merge queue at ${shortCommit(commit)}`],
  }),
  "merge.started": (_, { it }) => ({ face: "merge", parts: ["started to test the merge of ", it] }),
  "merge.requeued": ({ reason }, { it }) => ({
    face: "merge",
    parts: ["put ", it, " back into the merge queue"],
    quote: said(reason),
  }),
  "merge.landed": ({ mergeCommit }, { it }) => ({
    face: "merge",
    parts: ["merged ", it, ` as ${shortCommit(mergeCommit)}`],
    tone: "success",
  }),
  "merge.failed": ({ status, reason }, { it }) => ({
    face: "merge",
    parts:
      status === "conflicted"
        ? ["found a conflict between ", it, " and the default branch"]
        : status === "cancelled"
          ? ["took ", it, " out of the merge queue"]
          : ["could not merge ", it],
    quote: said(reason),
    tone: status === "cancelled" ? undefined : "danger",
  }),
  "gate.finished": ({ passed, exitCode, outcome }, { it }) => ({
    face: "gate",
    parts: [
      "ran the gate",
      ...(it === "it" ? [] : [" of ", it]),
      passed ? ": passed" : `: failed, ${exitCode === null ? outcome : `exit code ${exitCode}`}`,
    ],
    tone: passed ? "success" : "danger",
  }),
} satisfies Partial<Wording>;

function decided(verdict: Verdict, it: Part): Pick<Sentence, "parts" | "tone"> {
  if (verdict === "approve")
    return { parts: ["closed the review of ", it, ": it has all its approvals"], tone: "success" };
  if (verdict === "request_changes") return { parts: ["asked for changes to ", it], tone: "warning" };
  if (verdict === "reject") return { parts: ["rejected ", it], tone: "danger" };
  return { parts: ["made the review of ", it, " void: the branch moved"] };
}
