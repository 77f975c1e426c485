import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTask } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { readMessages } from "./queries.ts";
import type { conversationInput, conversationList, listConversationsInput, unreadCounts } from "./schema.ts";

type Conversation = z.output<typeof conversationList>["conversations"][number];

/** Of very long histories only the newest messages are gathered into conversations. */
const mostGathered = 20_000;

/**
 * The conversations of a team, those with something unread first, then the newest: one for each task that was written
 * about, and one for each agent or person the actor writes with. `mine`: only those the actor takes part in.
 */
export async function listConversations(
  context: Context,
  { teamId, mine, limit }: z.output<typeof listConversationsInput>,
): Promise<z.output<typeof conversationList>> {
  const { tx, actor } = context;
  await findTeam(context, teamId);
  const isTo = sql`exists (select 1 from message_receipts r where r.org_id = m.org_id and r.message_id = m.id and r.recipient_id = ${actor.id}::uuid)`;
  const isOwn = sql`(m.sender->>'id' = ${actor.id} or ${isTo})`;
  const conversations = await tx.execute<Conversation & Record<string, unknown>>(sql`
    with near as materialized (
      select m.* from messages m where m.org_id = ${actor.orgId} and m.team_id = ${teamId}
        order by m.created_at desc limit ${mostGathered}
    ), parts as (
      select m.id, m.task_id, null::uuid as other, null as other_kind, m.created_at from near m
       where m.task_id is not null ${mine ? sql`and (${isOwn} or exists (select 1 from near o where o.task_id = m.task_id and ${partIn(actor.id)}))` : sql``}
      union all
      select m.id, null, r.recipient_id, r.recipient_kind, m.created_at from near m
        join message_receipts r on r.org_id = m.org_id and r.message_id = m.id
       where m.task_id is null and m.sender->>'id' = ${actor.id}
      union all
      select m.id, null, (m.sender->>'id')::uuid, m.sender->>'kind', m.created_at from near m
       where m.task_id is null and m.sender->>'kind' <> 'system' and ${isTo}
    ), grouped as materialized (
      select p.task_id, p.other, max(p.other_kind) as other_kind, count(*)::int as messages, max(p.created_at) as at,
        (array_agg(p.id order by p.created_at desc, p.id desc))[1] as last_id,
        count(*) filter (where exists (select 1 from message_receipts r where r.org_id = ${actor.orgId} and r.message_id = p.id
          and r.recipient_id = ${actor.id}::uuid and r.seen_at is null))::int as unread
        from parts p group by p.task_id, p.other
    )
    select case when t.id is null then null else json_build_object('id', t.id, 'number', t.number, 'title', t.title, 'status', t.status) end as task,
      case when g.other is null then null else json_build_object('kind', g.other_kind, 'id', g.other, 'name', coalesce(a.name, u.name, 'somebody')) end as "with",
      g.messages, g.unread, json_build_object('id', m.id, 'sender', m.sender, 'text', left(m.body, 200), 'createdAt', ${isoTime(sql`m.created_at`)}) as last
    from grouped g join messages m on m.org_id = ${actor.orgId} and m.id = g.last_id
      left join tasks t on t.org_id = ${actor.orgId} and t.id = g.task_id
      left join agents a on a.org_id = ${actor.orgId} and a.id = g.other left join users u on u.id = g.other
    order by g.unread > 0 desc, g.at desc limit ${limit}`);
  return { conversations };
}

const partIn = (id: string): SQL => sql`(o.sender->>'id' = ${id} or exists (select 1 from message_receipts r
  where r.org_id = o.org_id and r.message_id = o.id and r.recipient_id = ${id}::uuid))`;

/** A page of one conversation, the newest of it, oldest first: that of a task, or the actor's with somebody of a team. */
export async function readConversation(
  context: Context,
  { task: ref, teamId, with: other, before, limit }: z.output<typeof conversationInput>,
) {
  const { actor } = context;
  const where = ref ? sql`m.task_id = ${(await findTask(context, ref)).id}` : await directWith(context, teamId, other);
  const older = before
    ? sql`and (m.created_at, m.id) < (select b.created_at, b.id from messages b where b.org_id = ${actor.orgId} and b.id = ${before})`
    : sql``;
  const rows = await readMessages(context, sql`${where} ${older}`, sql`m.created_at desc, m.id desc`, limit + 1);
  const messages = rows.slice(0, limit).toReversed();
  return { messages, next: rows.length > limit ? (messages[0]?.id ?? null) : null };
}

async function directWith(
  context: Context,
  teamId: string | undefined,
  other: { id: string } | undefined,
): Promise<SQL> {
  if (!teamId || !other) throw new AppError("invalid", "Name a task, or a team and whom you write with.");
  await findTeam(context, teamId);
  const { id } = context.actor;
  const from = (
    sender: string,
    recipient: string,
  ) => sql`(m.sender->>'id' = ${sender} and exists (select 1 from message_receipts r
    where r.org_id = m.org_id and r.message_id = m.id and r.recipient_id = ${recipient}::uuid))`;
  return sql`m.team_id = ${teamId} and m.task_id is null and (${from(id, other.id)} or ${from(other.id, id)})`;
}

/** How many messages to the actor they have not seen: in all, and for each task. */
export async function readUnreadCounts({ tx, actor }: Context): Promise<z.output<typeof unreadCounts>> {
  const rows = await tx.execute<{ taskId: string | null; unread: number }>(sql`
    select r.task_id as "taskId", count(*)::int as unread from message_receipts r
      join messages m on m.org_id = r.org_id and m.id = r.message_id and m.sender->>'kind' <> 'system'
     where r.org_id = ${actor.orgId} and r.recipient_id = ${actor.id}::uuid and r.seen_at is null group by 1`);
  return {
    total: rows.reduce((sum, { unread }) => sum + unread, 0),
    tasks: rows.flatMap(({ taskId, unread }) => (taskId ? [{ taskId, unread }] : [])),
  };
}
