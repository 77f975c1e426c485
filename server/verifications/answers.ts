import { z } from "zod";
import { checkpointDecisions } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import type { RequestRow } from "../human-requests/finding.ts";
import { lockTask } from "../tasks/finding.ts";
import { assignTask, moveTask } from "../tasks/service.ts";

const asked = z.object({ verificationId: z.uuid() });
const answered = z.object({ decision: z.enum(checkpointDecisions), note: z.string().default("") });

/**
 * What follows from an answer at a checkpoint, in its transaction. `retry` and `skip` wake the agent, which goes on with
 * what is missing or as finished; `fail` ends the task; `take_over` gives it to whoever answered.
 */
export async function answerCheckpoint(context: Context, request: RequestRow, answer: unknown): Promise<void> {
  const { verificationId } = asked.parse(request.data);
  const { decision, note } = answered.parse(answer);
  const { actor } = context;
  if (!request.taskId) return;
  const task = await lockTask(context, request.taskId);
  await record(context, "verification.decided", [
    { subject: verificationId, task: task.id, team: task.teamId, data: { decision, note } },
  ]);
  const reason = note || `${actor.name} decided after its checks did not pass.`;
  if (decision === "fail") await moveTask(context, task, "failed", { reason });
  if (decision !== "take_over") return;
  if (actor.kind !== "user") throw new AppError("forbidden", "Only a person takes a task over.");
  await moveTask(context, task, "todo", { reason, leaseEnd: "revoked" });
  await assignTask(context, { task: task.id, assignee: { kind: "user", id: actor.id } });
}
