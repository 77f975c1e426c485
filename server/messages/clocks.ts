import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import type { Colleague } from "../teams/crew.ts";

/** From now on the agents among them are given the message when they wait, until they have processed it. */
export async function wakeWith({ tx, actor }: Context, messageId: string, to: readonly Colleague[]): Promise<void> {
  const agentIds = to.flatMap(({ kind, id }) => (kind === "agent" ? [id] : []));
  if (agentIds.length === 0) return;
  await tx.execute(sql`insert into message_clocks (org_id, agent_id, message_id, deliveries, due_at, sent_after_seq)
    select ${actor.orgId}::uuid, a, ${messageId}::uuid, 0, clock_timestamp(),
      coalesce((select h.seq from event_heads h where h.org_id = ${actor.orgId}::uuid), 0) from unnest(${`{${agentIds.join(",")}}`}::uuid[]) as a`);
}

/** They need not be given again. */
export async function stopWaking({ tx, actor }: Context, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await tx.execute(sql`delete from message_clocks where org_id = ${actor.orgId} and agent_id = ${actor.id}::uuid
    and message_id = any(${`{${messageIds.join(",")}}`}::uuid[])`);
}

/** In SQL: has the idle agent `i` (`i.o`, `i.a`) a message to be given now? */
export const messagesDue = sql`exists (select 1 from message_clocks c where c.org_id = i.o and c.agent_id = i.a and c.due_at <= clock_timestamp())`;

/** An agent that never says it is done with a message gets it ever more rarely. */
const rarestSeconds = 3_600;

interface Given {
  orgId: string;
  agentId: string;
  messageId: string;
}

/**
 * Gives each of these agents its oldest message that is due, unless work is paused. The message is then hidden for as long
 * as a driven lease lives, twice as long each time, and due again unless it was processed: an agent that died with it
 * gets it when it is back. What another taker holds is skipped.
 */
export async function takeMessages(
  context: Context,
  agents: readonly { orgId: string; agentId: string }[],
): Promise<Given[]> {
  const asked = JSON.stringify(agents.map(({ orgId, agentId }) => ({ o: orgId, a: agentId })));
  const given = await context.tx.execute<
    Given & {
      name: string;
      teamId: string;
      taskId: string | null;
      seq: number | null;
      correlationId: string | null;
    } & Record<string, unknown>
  >(sql`
    with asked as materialized (
      select distinct a.org_id, a.id, a.name from jsonb_to_recordset(${asked}::text::jsonb) as q(o uuid, a uuid)
        join agents a on a.org_id = q.o and a.id = q.a and a.status = 'active'
        join teams t on t.org_id = a.org_id and t.id = a.team_id and t.paused_at is null and t.archived_at is null
        join organizations o on o.org_id = a.org_id and o.paused_at is null
    ), due as materialized (
      select q.org_id, q.id, q.name, d.message_id, d.sent_after_seq from asked q, lateral (
        -- The receipt too: whoever marks it holds that first and then ends the clock, so waiting for it here would be a circle.
        select c.message_id, c.sent_after_seq from message_clocks c join message_receipts r
            on r.org_id = c.org_id and r.message_id = c.message_id and r.recipient_id = c.agent_id
         where c.org_id = q.org_id and c.agent_id = q.id and c.due_at <= clock_timestamp()
         order by c.message_id limit 1 for update skip locked) d
    ), hidden as (
      update message_clocks c set deliveries = c.deliveries + 1, due_at = clock_timestamp() + make_interval(secs =>
          least(${rarestSeconds}, ${context.settings.leaseSeconds.driven} * power(2, least(c.deliveries, 12))))
        from due d where c.org_id = d.org_id and c.agent_id = d.id and c.message_id = d.message_id
    )
    select d.org_id as "orgId", d.id as "agentId", d.name, d.message_id as "messageId", m.team_id as "teamId", m.task_id as "taskId",
      s.seq::float8 as seq, s.correlation_id as "correlationId"
    from due d join messages m on m.org_id = d.org_id and m.id = d.message_id
      join message_receipts r on r.org_id = d.org_id and r.message_id = d.message_id and r.recipient_id = d.id
      -- The event of the message, where it is given for the first time: it stands a little above where the log ended then.
      left join lateral (select e.seq, e.correlation_id from events e where r.delivered_at is null and e.org_id = d.org_id
        and e.seq > d.sent_after_seq and e.subject_id = d.message_id and e.type = 'message.sent' order by e.seq limit 1) s on true`);
  await record(
    context,
    "message.delivered",
    given.flatMap(({ orgId, agentId, name, messageId, teamId, taskId, seq, correlationId }) => {
      if (seq === null || correlationId === null) return [];
      return [
        {
          ...{ orgId, subject: messageId, team: teamId, task: taskId },
          actor: { kind: "agent" as const, id: agentId, name },
          because: { seq, correlationId },
          data: { recipientId: agentId },
        },
      ];
    }),
  );
  return given;
}

/** The agent hung up before it was told: the message is due again at once. */
export async function putMessageBack({ tx }: Context, { orgId, agentId, messageId }: Given): Promise<void> {
  await tx.execute(sql`update message_clocks set deliveries = greatest(0, deliveries - 1), due_at = clock_timestamp()
    where org_id = ${orgId} and agent_id = ${agentId} and message_id = ${messageId}`);
}
