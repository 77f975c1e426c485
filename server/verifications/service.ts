import type { VerificationVerdict } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { openRequest } from "../human-requests/service.ts";
import { newId } from "../ids.ts";
import { lockTask, type Task } from "../tasks/finding.ts";
import { readVerificationState } from "./queries.ts";
import type { Check } from "./schema.ts";

/** How often work goes back with what is missing before people are asked, unless told. */
const mostRetries = 5;

export interface Verified {
  id: string;
  round: number;
  verdict: VerificationVerdict;
  /** What whoever goes on is told. */
  feedback: string;
  /** `done`: go on as finished. `retry`: again with the feedback. `people`: the task is blocked and they were asked. */
  next: "done" | "retry" | "people";
  /** Tries since people last decided that found gaps: the next one may use a model so many tiers up. */
  failedInARow: number;
  requestId: string | null;
}

/**
 * Keeps what checking a task gave, and says how it goes on. When neither a command nor a model can tell, or the retries
 * are used up, people are asked in the same transaction and the task waits for them.
 * The task is in progress; its lease is the caller's.
 * @throws AppError conflict when the task cannot wait (it was taken away meanwhile).
 */
export async function recordVerification(
  context: Context,
  { taskId, checks, retries = mostRetries }: { taskId: string; checks: readonly Check[]; retries?: number },
): Promise<Verified> {
  const task = await lockTask(context, taskId);
  const before = await readVerificationState(context, taskId);
  const verdict = verdictOf(checks);
  const id = newId();
  const round = before.rounds + 1;
  const feedback = feedbackOf(checks, verdict);
  await record(context, "verification.recorded", [
    { subject: id, task: task.id, team: task.teamId, data: { round, verdict, checks: checks.map(storable), feedback } },
  ]);
  const failedInARow = before.failedInARow + (verdict === "gaps" ? 1 : 0);
  const done = { id, round, verdict, feedback, failedInARow, requestId: null };
  if (verdict === "passed") return { ...done, next: "done" };
  if (verdict === "gaps" && failedInARow <= retries) return { ...done, next: "retry" };
  const requestId = await askPeople(context, task, { id, verdict, feedback, failedInARow });
  return { ...done, next: "people", requestId };
}

/** Something missing counts more than something unclear. */
function verdictOf(checks: readonly Check[]): VerificationVerdict {
  if (checks.some(({ state }) => state === "unmet")) return "gaps";
  return checks.some(({ state }) => state === "unclear") ? "human_needed" : "passed";
}

function feedbackOf(checks: readonly Check[], verdict: VerificationVerdict): string {
  if (verdict === "passed") return "";
  const open = checks.filter(({ state }) => state !== "met");
  return open
    .map(
      ({ criterion, state, detail }) =>
        `- ${state === "unmet" ? "Not met" : "Nobody could tell"}: ${criterion}${detail ? `\n  ${detail.replaceAll("\n", "\n  ")}` : ""}`,
    )
    .join("\n")
    .slice(0, 20_000)
    .toWellFormed();
}

/** Output of commands holds what no database keeps. */
const storable = (check: Check): Check => ({
  ...check,
  detail: check.detail.replaceAll("\0", "\u2400").toWellFormed().slice(0, 8_000).toWellFormed(),
});

async function askPeople(
  context: Context,
  task: Task,
  { id, verdict, feedback, failedInARow }: Pick<Verified, "id" | "verdict" | "feedback" | "failedInARow">,
): Promise<string> {
  const why =
    verdict === "human_needed"
      ? "Neither a command nor a model could tell whether it is done."
      : `It was tried ${failedInARow} times, and something is still missing.`;
  return openRequest(context, {
    kind: "checkpoint",
    teamId: task.teamId,
    taskId: task.id,
    title: `How does #${task.number} go on?`,
    detail: `${why}\n\n${feedback}`,
    schema: {
      type: "object",
      properties: {
        decision: { type: "string", enum: ["retry", "skip", "fail", "take_over"] },
        note: { type: "string", title: "What the agent is told", maxLength: 5_000 },
      },
      required: ["decision"],
    },
    options: [
      {
        value: { decision: "retry" },
        label: "Try again",
        description: "The agent goes on with what is missing; tries count anew.",
      },
      { value: { decision: "skip" }, label: "Take it as it is", description: "It counts as checked." },
      { value: { decision: "take_over" }, label: "I do it", description: "It becomes your task." },
      { value: { decision: "fail" }, label: "Give up", description: "It has failed; what waits for it says so." },
    ],
    data: { verificationId: id },
    blocksTask: true,
  });
}
