import type { Context } from "#server/context.ts";
import { converse } from "#server/llm/converse.ts";
import { waitForProviders } from "#server/resources/service.ts";
import { requestReview } from "#server/reviews/requests.ts";
import { stopSession } from "#server/sessions/closing.ts";
import { lockSessionRow } from "#server/sessions/finding.ts";
import { lockToFinish } from "#server/tasks/dependencies.ts";
import { lockTask } from "#server/tasks/finding.ts";
import { moveTask, storeOutput } from "#server/tasks/service.ts";
import { holdsLease, leaveTurn, type Turn } from "#server/turns/service.ts";
import { checkCriteria } from "#server/verifications/jobs.ts";
import { readVerificationState } from "#server/verifications/queries.ts";
import { recordVerification } from "#server/verifications/service.ts";
import { type Going, keepOwn, TurnFailure, TurnLost, transact } from "./steps.ts";
import { lastWords } from "./transcript.ts";
import { closeWorkspace, commitFiles, type Made, publishCommit, type Workspace } from "./workspace.ts";

/** How a turn went on after the model had nothing more to do. `again`: something is missing, and it was told what. */
export type Ended = "over" | "again" | "parked";

/**
 * Checks what the model made, and hands it over: pushed and given to review; without a repository its words are the
 * result. A task that was checked against its criteria, or belongs to a plan, is done then; others are reviewed.
 */
export async function endTurn(going: Going, workspace: Workspace | undefined): Promise<Ended> {
  const { turn, task, actor, messages } = going;
  const output = lastWords(messages);
  const made =
    workspace && (await commitFiles(workspace, { name: actor.name, message: subjectOf(going), at: turn.startedAt }));
  const verdict = await verify(going, workspace, made, output);
  if (verdict !== "checked" && verdict !== "unchecked") return verdict;
  going.signal.throwIfAborted();
  if (workspace && made?.changed) {
    if (!(await transact(going, (context) => holdsLease(context, turn.leaseId)))) throw new TurnLost();
    await publishCommit(workspace, made);
  } else if (task.repoId) {
    throw new TurnFailure("The model says that it is done, but it changed no file of the repository.");
  }
  const isDone = !task.repoId && (verdict === "checked" || task.planId !== null);
  if (isDone) await finish(going, output);
  else await handOver(going, output);
  await closeWorkspace(going.models, turn);
  return "over";
}

const subjectOf = ({ task }: Going): string => `#${task.number} ${task.title}`;

/** Done without a review: the task, what waited for it and the turn in one transaction. */
async function finish(going: Going, output: string): Promise<void> {
  const { turn } = going;
  await transact(going, async (context) => {
    await lockToFinish(context, going.task.id);
    const task = await lockTask(context, going.task.id);
    if (!(await holdsLease(context, turn.leaseId))) throw new TurnLost();
    await moveTask(context, task, "in_review", { leaseEnd: "completed" });
    await moveTask(context, await lockTask(context, task.id), "done");
    await endTurnRow(context, turn, output);
  });
}

async function handOver(going: Going, output: string): Promise<void> {
  const { turn, task } = going;
  const summary = output.slice(0, 10_000).toWellFormed() || "The model said nothing about it.";
  await transact(going, async (context) => {
    await lockTask(context, task.id);
    if (!(await holdsLease(context, turn.leaseId))) throw new TurnLost();
    await requestReview(context, { task: task.id, lease: turn.leaseId, summary });
    await endTurnRow(context, turn, output);
  });
}

async function endTurnRow(context: Context, turn: Turn, output: string): Promise<void> {
  if (output) await storeOutput(context, { id: turn.taskId, teamId: turn.teamId }, output);
  await leaveTurn(context, turn, { status: "finished", output });
  await stopSession(context, await lockSessionRow(context, turn.sessionId), "The turn is finished.");
}

/** Checks the task's criteria; what is missing goes back to the model, or to people when it does not get better. */
async function verify(
  going: Going,
  workspace: Workspace | undefined,
  made: Made | undefined,
  output: string,
): Promise<Ended | "checked" | "unchecked"> {
  const { task, turn, models, signal } = going;
  if (task.acceptanceCriteria.length === 0) return "unchecked";
  const state = await transact(going, (context) => readVerificationState(context, task.id));
  // People looked at the last check and took it as it is.
  if (state.decision === "skip") return "checked";
  const checks = await checkCriteria({
    ...{ title: task.title, criteria: task.acceptanceCriteria, workspacePath: workspace?.path, signal },
    evidence: `What the agent says:\n${output}\n\n${made?.diff ? `The change:\n${made.diff}` : ""}`,
    sandbox: models.settings,
    judge: async ({ system, text, schema }) => {
      const reply = await converse(models, {
        ...{ orgId: turn.orgId, teamId: turn.teamId, agentId: turn.agentId, taskId: task.id, actor: going.actor },
        ...{ sessionId: turn.sessionId, purpose: "verify", model: going.chain, system, schema, signal },
        ...{ messages: [{ role: "user", content: text }], maxOutputTokens: 2_048 },
      });
      return reply.object;
    },
  });
  const verified = await transact(going, async (context) => {
    if (!(await holdsLease(context, turn.leaseId))) throw new TurnLost();
    const result = await recordVerification(context, { taskId: task.id, checks });
    if (result.next === "people" && result.requestId)
      await leaveTurn(context, turn, {
        status: "parked",
        requestId: result.requestId,
        reason: "People decide how it goes on.",
      });
    return result;
  });
  if (verified.next === "done") return "checked";
  if (verified.next === "people") return "parked";
  await keepOwn(going, [{ role: "user", content: missingWords(verified.feedback) }]);
  return "again";
}

export const missingWords = (feedback: string): string =>
  `It was checked, and is not done yet. What is missing:\n${feedback}\n\nMend it, check it yourself, and end again.`;

/**
 * Gives the task back for whoever is free, to be gone on with: at once, or when one of the providers that are `down`
 * answers again. A lease that is gone already is left alone.
 */
export async function handBack(
  going: Pick<Going, "models" | "actor" | "turn" | "task">,
  reason: string,
  down: readonly string[] = [],
): Promise<void> {
  const { turn } = going;
  await transact(going, async (context) => {
    const task = await lockTask(context, going.task.id);
    if (!(await holdsLease(context, turn.leaseId))) return;
    await leaveTurn(context, turn, { status: "handed_back", reason });
    if (task.status === "in_progress") await moveTask(context, task, "todo", { reason });
    if (down.length > 0) await waitForProviders(context, task, { providers: down, reason });
  });
}

/** The task failed: its state says why, and people decide what becomes of it. */
export async function failTurn(
  going: Pick<Going, "models" | "actor" | "turn" | "task">,
  reason: string,
): Promise<void> {
  const { turn } = going;
  await transact(going, async (context) => {
    const task = await lockTask(context, going.task.id);
    if (!(await holdsLease(context, turn.leaseId))) return;
    await leaveTurn(context, turn, { status: "failed", reason });
    await stopSession(context, await lockSessionRow(context, turn.sessionId), reason.slice(0, 1_000));
    await moveTask(context, task, "failed", { reason });
  });
  await closeWorkspace(going.models, turn);
}
