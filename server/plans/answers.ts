import { z } from "zod";
import type { Context } from "../context.ts";
import { cancelPlan, lockPlanToCancel, retryTasks } from "./executing.ts";

const about = z.object({ planId: z.uuid() });
const answered = z.object({ decision: z.enum(["retry", "cancel", "leave"]) });

/**
 * Locks the plans that questions are about, with their tasks, before the questions themselves: as everybody does who moves
 * a plan and withdraws what was asked about it.
 */
export async function lockPlansAsked(context: Context, questions: readonly unknown[]): Promise<void> {
  const plans = new Set(questions.flatMap((data) => about.safeParse(data).data?.planId ?? []));
  for (const planId of [...plans].toSorted()) await lockPlanToCancel(context, planId);
}

/** What follows from what people say of a plan that failed, in the transaction of their answer. @returns false when the question was about something else. */
export async function answerForPlan(context: Context, data: unknown, answer: unknown): Promise<boolean> {
  const asked = about.safeParse(data);
  if (!asked.success) return false;
  const { planId } = asked.data;
  const { decision } = answered.parse(answer);
  if (decision === "retry") await retryTasks(context, { planId });
  if (decision === "cancel") await cancelPlan(context, { planId });
  return true;
}
