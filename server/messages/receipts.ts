import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { findTask } from "../tasks/finding.ts";
import { stopWaking } from "./clocks.ts";

/**
 * Says how far the actor got with messages to them: named ones, or all about a task. Messages to others are left alone.
 * @returns those that were not so marked before.
 */
export async function markMessages(
  context: Context,
  { messages, task, as }: { messages: readonly string[]; task?: string | undefined; as: "seen" | "processed" },
): Promise<string[]> {
  const { tx, actor } = context;
  const taskId = task ? (await findTask(context, task)).id : null;
  const left = as === "seen" ? sql`r.seen_at is null` : sql`r.processed_at is null`;
  const rows = await tx.execute<{ id: string; taskId: string | null; teamId: string }>(sql`
    select m.id, m.task_id as "taskId", m.team_id as "teamId" from message_receipts r
      join messages m on m.org_id = r.org_id and m.id = r.message_id
     where r.org_id = ${actor.orgId} and r.recipient_id = ${actor.id}::uuid and ${left}
       and (r.message_id = any(${`{${messages.join(",")}}`}::uuid[]) or r.task_id = ${taskId}::uuid)
     order by m.id limit 1000 for update of r`);
  await record(
    context,
    as === "seen" ? "message.seen" : "message.processed",
    rows.map((row) => ({ subject: row.id, task: row.taskId, team: row.teamId, data: { recipientId: actor.id } })),
  );
  const ids = rows.map(({ id }) => id);
  if (as === "processed" && actor.kind === "agent") await stopWaking(context, ids);
  return ids;
}
