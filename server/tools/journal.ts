import { sql } from "drizzle-orm";
import type { ToolEffect, ToolOutcome } from "#db/enums.ts";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { hashOf } from "../human-requests/canonical.ts";
import { newId } from "../ids.ts";
import { depthOf } from "../json-depth.ts";
import type { ToolCall, ToolContext, ToolResult } from "./tool.ts";

type Before = Omit<ToolResult, "durationMs">;

const mostLevels = 50;

/**
 * SHA-256 of the canonical input: what the row tells of it, since an input may hold what nobody should read. Canonical,
 * since a turn that is taken up reads its calls from a database, which keeps no order of names.
 */
export const hashOfInput = (input: unknown): string =>
  hashOf(depthOf(input, mostLevels) > mostLevels ? "nested too deep to be run" : (input ?? {}));

/**
 * Writes that a call begins, before it does anything. @returns what to answer instead of doing it: the answer of before,
 * or that it was begun before and nobody knows how far it came.
 * @throws AppError conflict when the lease has ended, or the id was used for another call.
 */
export async function beginCall(
  runtime: Runtime,
  context: ToolContext,
  {
    call,
    inputHash,
    effect,
    repeatable,
  }: { call: ToolCall; inputHash: string; effect: ToolEffect; repeatable: boolean },
): Promise<Before | null> {
  return inSystem(runtime, context, async ({ tx }) => {
    if (effect !== "none") await requireLease(tx, context);
    const [begun] =
      await tx.execute(sql`insert into tool_calls (org_id, task_id, attempt, call_id, team_id, agent_id, tool, side_effect, input_hash, started_at)
      values (${context.orgId}, ${context.taskId}, ${context.attempt}, ${call.id}, ${context.teamId}, ${context.agentId},
        ${call.name.slice(0, 64).replaceAll("\0", "\u2400").toWellFormed()}, ${effect}, ${inputHash}, clock_timestamp())
      on conflict do nothing returning 1`);
    if (begun) return null;
    const [row] = await tx.execute<{
      inputHash: string;
      outcome: ToolOutcome | null;
      output: string | null;
      truncated: boolean;
    }>(sql`
      select input_hash as "inputHash", outcome, output, truncated from tool_calls
       where org_id = ${context.orgId} and task_id = ${context.taskId} and attempt = ${context.attempt} and call_id = ${call.id} for update`);
    if (!row || row.inputHash !== inputHash)
      throw new AppError(
        "conflict",
        `The call ${call.id.slice(0, 80)} was made before with other arguments. Give each call an id of its own.`,
      );
    if (row.outcome === null || row.outcome === "cancelled") return repeatable ? null : interrupted(call.name);
    return {
      outcome: row.outcome,
      text: row.output ?? "",
      isError: row.outcome !== "ok",
      truncated: row.truncated,
      replayed: true,
    };
  });
}

/** Writes how a call ended. The answer is kept for a retry of the same call. */
export async function endCall(
  runtime: Runtime,
  context: ToolContext,
  callId: string,
  { outcome, text, truncated, durationMs }: Pick<ToolResult, "outcome" | "text" | "truncated" | "durationMs">,
): Promise<void> {
  await inSystem(runtime, context, ({ tx }) =>
    tx.execute(sql`update tool_calls set outcome = ${outcome}, output = ${text}, truncated = ${truncated}, duration_ms = ${durationMs}, ended_at = clock_timestamp()
      where org_id = ${context.orgId} and task_id = ${context.taskId} and attempt = ${context.attempt} and call_id = ${callId}`),
  );
}

/** A call of before that did not end: it may have done all, half or nothing. Saying so beats doing it twice. */
const interrupted = (name: string): Before => ({
  outcome: "interrupted",
  text: `${name} was begun before and its end is not known: it may or may not have taken effect. Look before you do it again.`,
  isError: true,
  truncated: false,
  replayed: true,
});

/** What takes effect needs the lease: after a hand-over the old execution does nothing more. */
async function requireLease(tx: Context["tx"], { orgId, taskId, leaseId }: ToolContext): Promise<void> {
  const [live] =
    await tx.execute(sql`select 1 from leases where org_id = ${orgId} and id = ${leaseId} and task_id = ${taskId}
    and ended_at is null for share`);
  if (!live)
    throw new AppError("conflict", "The lease on this task has ended: somebody else works on it, or nobody. Stop.");
}

function inSystem<Result>(
  runtime: Runtime,
  { orgId }: ToolContext,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  return inTransaction(runtime, systemActor(orgId, "tools"), { requestId: `tool-${newId()}` }, work);
}
