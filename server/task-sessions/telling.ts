import { sql } from "drizzle-orm";
import type { ActorRef } from "#db/columns.ts";
import type { Context } from "../context.ts";
import { tellAnswer } from "../human-requests/clocks.ts";
import { markMessages } from "../messages/receipts.ts";
import type { Task } from "../tasks/finding.ts";
import { messageWords } from "./words.ts";

/** Something that an agent is to hear in its session, and who says it. */
export interface Told {
  text: string;
  by: ActorRef;
}

/** What was written to the agent about a task, and not dealt with yet, oldest first; from then on it is. The actor is the agent. */
export async function takeWritten(context: Context, task: Task): Promise<Told[]> {
  const { tx, actor } = context;
  const rows = await tx.execute<{ id: string; sender: ActorRef; body: string }>(sql`select m.id, m.sender, m.body
    from message_receipts r join messages m on m.org_id = r.org_id and m.id = r.message_id
    where r.org_id = ${actor.orgId} and r.recipient_id = ${actor.id}::uuid and r.processed_at is null and r.task_id = ${task.id}
    order by m.id limit 50`);
  await markMessages(context, { messages: rows.map(({ id }) => id), as: "processed" });
  return rows.map(({ sender, body }) => ({
    by: sender,
    text: sender.kind === "system" ? body : messageWords(sender.name, task.number, body),
  }));
}

/**
 * What people answered to questions of the agent about a task, and it has not heard; withdrawn ones too, since nothing
 * else will come. The actor is the agent. Permissions are heard where they were asked.
 */
export async function takeAnswered(context: Context, task: Task): Promise<Told[]> {
  const { tx, actor } = context;
  const rows = await tx.execute<{
    id: string;
    title: string;
    status: string;
    answer: unknown;
    closedBy: ActorRef | null;
  }>(sql`select h.id, h.title, h.status, h.answer, h.closed_by as "closedBy" from human_requests h
    left join told_answers t on t.org_id = h.org_id and t.request_id = h.id
    where h.org_id = ${actor.orgId} and h.task_id = ${task.id} and h.asked_by->>'id' = ${actor.id} and h.status <> 'pending'
      and h.kind <> 'permission' and h.policy_id is null and h.closed_by->>'id' is distinct from ${actor.id}
      and (t.request_id is null or t.again_at is not null) order by h.closed_at, h.id limit 20`);
  for (const { id } of rows) await tellAnswer(context, id);
  return rows.map(({ id, title, status, answer, closedBy }) => ({
    by: closedBy ?? { kind: "system", id: "requests", name: "Entourage" },
    text:
      status === "resolved"
        ? `${closedBy?.name ?? "Somebody"} answered your question “${title}” (${id}): ${typeof answer === "string" ? answer : JSON.stringify(answer)}`
        : `Nobody answered your question “${title}” (${id}), and nobody will. Go on as well as you can without it.`,
  }));
}
