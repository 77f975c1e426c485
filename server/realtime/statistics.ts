import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { realtimeStats } from "./schema.ts";

type Stats = z.output<typeof realtimeStats>;
type Minute = Stats["minutes"][number];

const mostBusy = 10;

/** How the realtime of the organization does: now, and minute by minute for the last hour. */
export async function readStatistics(context: Context): Promise<Stats> {
  const minutes = await readMinutes(context);
  const busiest = await readBusiest(context);
  const relay = await readRelay(context);
  // The minute that runs is not over: rates are those of the last whole one.
  const [whole, running] = minutes.slice(-2);
  return {
    connections: running?.connections ?? whole?.connections ?? null,
    messagesPerSecond: perSecond(whole?.messages),
    eventsPerSecond: perSecond(whole?.events),
    relay,
    busiest,
    minutes,
  };
}

const perSecond = (perMinute = 0) => Math.round((perMinute / 60) * 100) / 100;

async function readMinutes({ tx, actor }: Context): Promise<Minute[]> {
  const rows = await tx.execute<Minute & Record<string, unknown>>(sql`
    select ${isoTime(sql`g.minute`)} as at, m.connections, coalesce(m.events, 0) as events,
      coalesce(m.rate_limited, 0) as "rateLimited", coalesce(m.denied, 0) as denied, coalesce(c.messages, 0) as messages
    from generate_series(date_trunc('minute', now()) - interval '59 minutes', date_trunc('minute', now()), '1 minute') g(minute)
    left join realtime_minutes m on m.org_id = ${actor.orgId} and m.minute = g.minute
    left join lateral (select sum(n.messages)::int as messages from channel_minutes n
      where n.org_id = ${actor.orgId} and n.minute = g.minute) c on true
    order by g.minute`);
  return [...rows];
}

/** How much is said on a locked channel is not for those who may not hear it. */
async function readBusiest({ tx, actor }: Context): Promise<Stats["busiest"]> {
  const rows = await tx.execute<Stats["busiest"][number] & Record<string, unknown>>(sql`
    select case s.kind when 'agent' then 'agent.' || h.handle else s.kind end || '.' || s.path as channel, n.messages
    from (select n.channel_id, sum(n.messages)::int as messages from channel_minutes n
      where n.org_id = ${actor.orgId} and n.minute > now() - interval '1 hour' group by 1) n
    join channel_streams s on s.org_id = ${actor.orgId} and s.id = n.channel_id
    left join handles h on h.org_id = s.org_id and h.owner_id = s.owner_id and h.is_current
    left join channels c on c.org_id = s.org_id and c.owner_id = s.owner_id and c.path = s.path and s.kind = 'agent'
    where (s.kind <> 'agent' or h.handle is not null)
      and (c.locked_at is null or c.owner_id::text = ${actor.id} or exists (select 1 from channel_grants g
        where g.org_id = c.org_id and g.channel_id = c.id and g.grantee_id::text = ${actor.id}))
    order by n.messages desc, 1 limit ${mostBusy}`);
  return [...rows];
}

/** How far what browsers are told is behind the log. The cursor is saved a few times a second, so less than that is nothing. */
async function readRelay({ tx, actor }: Context): Promise<Stats["relay"]> {
  const [row] = await tx.execute<{ behind: number; seconds: number }>(sql`
    select greatest(h.seq - coalesce(c.seq, 0), 0)::float8 as behind, coalesce(extract(epoch from clock_timestamp() - (
      select e.occurred_at from events e where e.org_id = h.org_id and e.seq = coalesce(c.seq, 0) + 1)), 0)::float8 as seconds
    from event_heads h left join relay_cursors c on c.org_id = h.org_id where h.org_id = ${actor.orgId}`);
  return { behind: row?.behind ?? 0, seconds: Math.max(0, Math.round((row?.seconds ?? 0) * 10) / 10) };
}
