import { stripVTControlCharacters } from "node:util";
import type { Candidate } from "#server/git/merge.ts";
import type { RepoRow } from "#server/repos/queries.ts";
import type { GateResult } from "./gate.ts";

interface Failure {
  status: "failed" | "conflicted";
  /** One paragraph: on the card and the timeline. */
  reason: string;
  gateRunId?: string;
  /** All that whoever takes the task up needs: in its conversation. */
  message: string;
}

const TAIL_LINES = 60;
const TAIL_CHARACTERS = 6_000;
const FILES_NAMED = 20;

/** What to say when branch and default branch contradict each other. */
export function conflictWords(
  { defaultBranch }: RepoRow,
  { files, messages }: Extract<Candidate, { clean: false }>,
): Failure {
  const named = files.slice(0, FILES_NAMED).join(", ") + (files.length > FILES_NAMED ? " and others" : "");
  const reason = named
    ? `The branch conflicts with ${defaultBranch} in ${named}.`
    : `The branch does not fit onto ${defaultBranch}: ${messages[0] ?? "git says no more"}`;
  const next = `Nothing was merged. Merge ${defaultBranch} into your branch, resolve it, push, and request a review again.`;
  return clean({ status: "conflicted", reason, message: `${reason}\n\n${next}\n\n${block(messages.join("\n"))}` });
}

/** What to say when the gate did not pass, with the end of what it printed. */
export function gateWords(
  { defaultBranch, gateCommand }: RepoRow,
  { gateRunId, outcome, output }: Extract<GateResult, { passed: false }>,
): Failure {
  const log = stripVTControlCharacters(output)
    // What is left of sequences it does not know (DCS and the like): a reason is plain text.
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .trimEnd()
    .split("\n")
    .slice(-TAIL_LINES)
    .join("\n")
    .slice(-TAIL_CHARACTERS);
  const reason = `The gate did not pass: ${outcome}. ${lastWords(log)}`.trim();
  const next = `The gate ran on your branch merged with ${defaultBranch}; nothing was merged. Fix it, push, and request a review again.`;
  const message = `The gate did not pass: ${outcome}.\n\n${next}\n\n${block(`$ ${gateCommand}\n${log}`)}`;
  return clean({ status: "failed", reason, gateRunId, message });
}

/** The end of what it printed in one sentence; lines of brackets alone say nothing. */
function lastWords(log: string): string {
  const lines = log.split("\n").filter((line) => /[\p{L}\p{N}]/u.test(line));
  return lines
    .slice(-5)
    .map((line) => line.trim())
    .join(" · ")
    .slice(-400);
}

/** A fence longer than any in the text, so that nothing an agent printed leaves the block. */
function block(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** A cut may have left half a character, which cannot be stored. */
function clean(failure: Failure): Failure {
  return { ...failure, reason: failure.reason.toWellFormed(), message: failure.message.toWellFormed() };
}
