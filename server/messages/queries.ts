import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { inbox, inboxInput, sentMessage } from "./schema.ts";

type Sent = z.output<typeof sentMessage>["message"];

/** One message. */
export async function readMessage(context: Context, id: string): Promise<z.output<typeof sentMessage>> {
  const [message] = await readMessages(context, sql`m.id = ${id}`, 1);
  if (!message) throw new Error("a message that was just sent is not there");
  return { message };
}

/** Messages to the actor, newest first, by keyset. */
export async function readInbox(
  context: Context,
  { before, limit }: z.output<typeof inboxInput>,
): Promise<z.output<typeof inbox>> {
  const { orgId, id } = context.actor;
  const older = before
    ? sql`and (m.created_at, m.id) < (select b.created_at, b.id from messages b where b.org_id = ${orgId} and b.id = ${before})`
    : sql``;
  const rows = await readMessages(context, sql`m.recipient_id = ${id} ${older}`, limit + 1);
  const messages = rows.slice(0, limit).map(({ recipient: _self, ...message }) => message);
  return { messages, next: rows.length > limit ? (messages.at(-1)?.id ?? null) : null };
}

async function readMessages({ tx, actor }: Context, where: SQL, limit: number): Promise<Sent[]> {
  return tx.execute<Sent & Record<string, unknown>>(sql`select m.id, m.sender,
      case when t.id is null then null else json_build_object('id', t.id, 'number', t.number, 'title', t.title) end as task,
      case when m.recipient_id is null then null else json_build_object('kind', m.recipient_kind, 'id', m.recipient_id) end
        as recipient, m.body, ${isoTime(sql`m.created_at`)} as "createdAt"
    from messages m left join tasks t on t.org_id = m.org_id and t.id = m.task_id
    where m.org_id = ${actor.orgId} and ${where} order by m.created_at desc, m.id desc limit ${limit}`);
}
