import { sql } from "drizzle-orm";
import type { sessions } from "#db/schema/sessions.ts";
import { release } from "../budgets/freeing.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";

export type SessionRow = typeof sessions.$inferSelect;

/** Ends a session that is locked, whoever asks for it: no usage is taken from it any more. */
export async function stopSession(context: Context, session: SessionRow, reason: string | null): Promise<void> {
  const { tx, actor } = context;
  if (session.status === "stopped") return;
  if (session.agentKind !== null)
    throw new AppError("conflict", "This session is driven here: end it with stop_session.");
  // What is set aside for calls that are under way is booked or freed by whoever makes them.
  const held = await tx.execute<{ id: string }>(
    sql`select id from reservations where org_id = ${actor.orgId} and session_id = ${session.id} and status = 'open' and not is_call order by id`,
  );
  await release(
    context,
    held.map(({ id }) => id),
  );
  await record(context, "session.ended", [
    { subject: session.id, team: session.teamId, task: session.taskId, data: { reason } },
  ]);
}
