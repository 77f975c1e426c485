import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { sessions } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { stopSession } from "../sessions/closing.ts";
import { lockTask } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import { mostMicros } from "./schema.ts";
import { changeCap, findBudget } from "./service.ts";
import { dollars } from "./words.ts";

/** What was kept with the request, and what may be answered: `asking.ts` says both. */
const asked = z.object({
  budgetId: z.uuid(),
  periodStart: z.iso.date(),
  sessionId: z.uuid().nullable(),
  taskId: z.uuid().nullable(),
});
const answered = z.object({ decision: z.enum(["raise", "stop", "cheaper"]), capDollars: z.number().optional() });

/**
 * What follows from an answer at a cap, in its transaction. Raised: the new cap counts at once. Cheaper: claims are open
 * again, and the asker reads the models from the answer. Stop: the session ends, and its task goes back.
 * @throws AppError forbidden for raising without the right to; invalid for a cap that raises nothing.
 */
export async function answerForMoney(context: Context, data: unknown, answer: unknown): Promise<void> {
  const { budgetId, periodStart, sessionId, taskId } = asked.parse(data);
  const { decision, capDollars } = answered.parse(answer);
  if (decision === "raise") await raise(context, budgetId, capDollars);
  else if (decision === "cheaper") await reopen(context, budgetId, periodStart);
  else await stop(context, { sessionId, taskId });
}

async function raise(context: Context, budgetId: string, capDollars: number | undefined): Promise<void> {
  const { actor } = context;
  if (!actor.permissions.has("budgets:manage"))
    throw new AppError("forbidden", "Only owners and admins raise a cap. You may answer stop, or a cheaper model.");
  const budget = await findBudget(context, budgetId);
  const capMicros = Math.round((capDollars ?? (budget.capMicros * 2) / 1_000_000) * 1_000_000);
  if (capMicros <= budget.capMicros || capMicros > mostMicros)
    throw new AppError(
      "invalid",
      `The cap is ${dollars(budget.capMicros)}: to raise it, name more in capDollars, ${dollars(mostMicros)} at most.`,
    );
  await changeCap(context, budgetId, capMicros);
}

async function reopen({ tx, actor }: Context, budgetId: string, periodStart: string): Promise<void> {
  await tx.execute(sql`update budget_counters set exhausted_at = null, request_id = null
    where org_id = ${actor.orgId} and budget_id = ${budgetId} and period_start = ${periodStart}::date`);
}

async function stop(
  context: Context,
  { sessionId, taskId }: { sessionId: string | null; taskId: string | null },
): Promise<void> {
  const { tx, actor } = context;
  const reason = `${actor.name} stopped it: its money was used up.`;
  if (taskId) {
    const task = await lockTask(context, taskId);
    const isHeld = task.status === "in_progress" || task.status === "blocked";
    if (isHeld) await moveTask(context, task, "todo", { reason, leaseEnd: "revoked" });
  }
  if (!sessionId) return;
  const [session] = await tx
    .select()
    .from(sessions)
    .where(and(eq(sessions.orgId, actor.orgId), eq(sessions.id, sessionId)))
    .for("update");
  if (session) await stopSession(context, session, reason);
}
