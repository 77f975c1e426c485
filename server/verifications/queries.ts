import { sql } from "drizzle-orm";
import type { CheckpointDecision } from "#db/enums.ts";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTask } from "../tasks/finding.ts";
import type { Verification } from "./schema.ts";

/** The checks of a task, newest first. */
export async function listVerifications(context: Context, { task: ref }: { task: string }) {
  const task = await findTask(context, ref);
  return { verifications: await readVerifications(context, task.id) };
}

async function readVerifications({ tx, actor }: Context, taskId: string): Promise<Verification[]> {
  return tx.execute<Verification & Record<string, unknown>>(sql`
    select id, round, verdict, checks, feedback, checked_by as by, ${isoTime(sql`checked_at`)} as at,
      case when decision is null then null else json_build_object('decision', decision, 'note', decision_note, 'by', decided_by,
        'at', ${isoTime(sql`decided_at`)}) end as decision
      from verifications where org_id = ${actor.orgId} and task_id = ${taskId} order by round desc limit 50`);
}

/** Where the checks of a task stand. */
export interface VerificationState {
  rounds: number;
  /** Checks that found gaps since people last decided: each sends the next try one tier up. */
  failedInARow: number;
  /** What the last check found missing; null when it passed or there was none. */
  feedback: string | null;
  /** What people decided after the last check; null: nothing (yet). */
  decision: CheckpointDecision | null;
  note: string | null;
}

/** What whoever takes a task up again must know of its checks. */
export async function readVerificationState({ tx, actor }: Context, taskId: string): Promise<VerificationState> {
  const rows = await tx.execute<{
    verdict: string;
    feedback: string;
    decision: CheckpointDecision | null;
    note: string | null;
  }>(sql`
    select verdict, feedback, decision, decision_note as note from verifications
     where org_id = ${actor.orgId} and task_id = ${taskId} order by round desc`);
  const [last] = rows;
  const decided = rows.findIndex(({ decision, verdict }) => decision !== null || verdict === "passed");
  const since = decided === -1 ? rows : rows.slice(0, decided);
  return {
    rounds: rows.length,
    failedInARow: since.filter(({ verdict }) => verdict === "gaps").length,
    feedback: last && last.verdict !== "passed" ? last.feedback : null,
    decision: last?.decision ?? null,
    note: last?.note ?? null,
  };
}
