import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTask } from "../tasks/finding.ts";
import type { inbox, inboxInput, Message, sentMessage } from "./schema.ts";

/** One message. */
export async function readMessage(context: Context, id: string): Promise<z.output<typeof sentMessage>> {
  const [message] = await readMessages(context, sql`m.id = ${id}`, sql`m.id`, 1);
  if (!message) throw new Error("a message that was just sent is not there");
  return { message };
}

/** Messages to the actor, newest first, by keyset. */
export async function readInbox(
  context: Context,
  { before, limit, unread, task: ref }: z.output<typeof inboxInput>,
): Promise<z.output<typeof inbox>> {
  const { orgId, id } = context.actor;
  const task = ref ? await findTask(context, ref) : undefined;
  const older = before
    ? sql`and (r.created_at, r.message_id) < (select b.created_at, b.id from messages b where b.org_id = ${orgId} and b.id = ${before})`
    : sql``;
  const rows = await context.tx.execute<
    z.output<typeof inbox>["messages"][number] & Record<string, unknown>
  >(sql`select ${messageColumns},
      ${isoTime(sql`r.seen_at`)} as "seenAt", ${isoTime(sql`r.processed_at`)} as "processedAt"
    from message_receipts r join messages m on m.org_id = r.org_id and m.id = r.message_id
      left join tasks t on t.org_id = m.org_id and t.id = m.task_id
    where r.org_id = ${orgId} and r.recipient_id = ${id} ${unread ? sql`and r.processed_at is null` : sql``}
      ${task ? sql`and r.task_id = ${task.id}` : sql``} ${older}
    order by r.created_at desc, r.message_id desc limit ${limit + 1}`);
  const messages = rows.slice(0, limit);
  return {
    messages,
    next: rows.length > limit ? (messages.at(-1)?.id ?? null) : null,
    unread: await countUnread(context),
  };
}

/** How many messages to the actor they have not seen; what the product itself said does not count. */
export async function countUnread({ tx, actor }: Context): Promise<number> {
  const [counted] = await tx.execute<{ unread: number }>(sql`select count(*)::int as unread from message_receipts r
    join messages m on m.org_id = r.org_id and m.id = r.message_id and m.sender->>'kind' <> 'system'
    where r.org_id = ${actor.orgId} and r.recipient_id = ${actor.id}::uuid and r.seen_at is null`);
  return counted?.unread ?? 0;
}

/** Messages with how far they got with each of those they are for. */
export async function readMessages({ tx, actor }: Context, where: SQL, order: SQL, limit: number): Promise<Message[]> {
  return tx.execute<Message & Record<string, unknown>>(sql`select ${messageColumns}, ${recipientsOf} as recipients
    from messages m left join tasks t on t.org_id = m.org_id and t.id = m.task_id
    where m.org_id = ${actor.orgId} and ${where} order by ${order} limit ${limit}`);
}

const messageColumns = sql`m.id, m.sender, m.thread_id as "threadId", m.body, ${isoTime(sql`m.created_at`)} as "createdAt",
  case when t.id is null then null else json_build_object('id', t.id, 'number', t.number, 'title', t.title) end as task`;

/** Whom the message `m` is for. */
const recipientsOf = sql`coalesce((select json_agg(json_build_object('kind', r.recipient_kind, 'id', r.recipient_id,
    'name', coalesce(a.name, u.name, 'somebody'), 'deliveredAt', ${isoTime(sql`r.delivered_at`)},
    'seenAt', ${isoTime(sql`r.seen_at`)}, 'processedAt', ${isoTime(sql`r.processed_at`)}) order by r.recipient_id)
  from message_receipts r left join agents a on a.org_id = r.org_id and a.id = r.recipient_id and r.recipient_kind = 'agent'
    left join users u on u.id = r.recipient_id and r.recipient_kind = 'user'
  where r.org_id = m.org_id and r.message_id = m.id), '[]')`;
