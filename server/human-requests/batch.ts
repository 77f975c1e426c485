import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { lockTasks } from "../tasks/finding.ts";
import { lockForConsequences } from "./consequences.ts";
import { findRequest, lockRequests, type RequestRow } from "./finding.ts";
import type { batchInput } from "./schema.ts";
import { answerRequest } from "./service.ts";

/** Answers many in one transaction; what cannot be answered is reported and keeps none of the others. */
export async function answerRequests(context: Context, { answers }: z.output<typeof batchInput>) {
  const answered: string[] = [];
  const refused: { request: string; reason: string }[] = [];
  const found = new Map<string, RequestRow>();
  for (const { request } of answers) {
    const row = await findRequest(context, request).catch(refusalOnly);
    if (row) found.set(request, row);
  }
  await lockForConsequences(context, [...found.values()]);
  // All tasks, then all requests, each at once and in order, whatever the order of the answers: two such requests never wait for each other.
  await lockTasks(context, [...new Set([...found.values()].flatMap(({ taskId }) => taskId ?? []))]);
  await lockRequests(context, [...found.keys()]);
  for (const { request, answer } of answers) {
    const recorded = context.pending.length;
    await context.tx.execute(sql`savepoint one_answer`);
    try {
      await answerRequest(context, { request, answer });
      answered.push(request);
    } catch (error) {
      const refusal = refusalOf(error);
      await context.tx.execute(sql`rollback to savepoint one_answer`);
      context.pending.length = recorded;
      refused.push({ request, reason: refusal.message });
    }
    await context.tx.execute(sql`release savepoint one_answer`);
  }
  return { answered, refused };
}

function refusalOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

function refusalOnly(error: unknown): undefined {
  refusalOf(error);
}
