import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { PushFrame } from "../realtime/pusher.ts";
import { messageEvent, pushNameOf, pushPrefix } from "./push-name.ts";
import { graceSeconds, isKept } from "./reading.ts";

/** Hosted Pusher takes 10 KB an event; the rest is left for quotation marks within quotation marks. */
const frameBytes = 8_192;

/** An old name of a channel on the realtime host, which has to end before anything else is pushed. */
export interface Eviction {
  orgId: string;
  id: string;
  channelName: string;
}

/** What is to be ended, oldest first; in a system transaction. */
export async function openEvictions({ tx }: Context): Promise<Eviction[]> {
  return tx.execute<Eviction & Record<string, unknown>>(sql`select org_id as "orgId", id, channel_name as "channelName"
    from channel_evictions where done_at is null order by created_at, id limit 100`);
}

/** Says that nobody is left on the old names: whoever waits for that is woken. */
export async function closeEvictions({ tx, hints }: Context, evictions: readonly Eviction[]): Promise<void> {
  const ids = `{${evictions.map(({ id }) => id).join(",")}}`;
  await tx.execute(sql`update channel_evictions set done_at = clock_timestamp() where id = any(${ids}::uuid[])`);
  for (const orgId of new Set(evictions.map(({ orgId: org }) => org))) hints.push({ topic: "channel_changed", orgId });
}

/** A message with the frame that carries it. */
export interface Pending {
  orgId: string;
  channelId: string;
  seq: number;
  frame: PushFrame;
}

type Row = {
  orgId: string;
  channelId: string;
  seq: number;
  channel: string;
  sender: string;
  payload: string;
  timestamp: string;
  orgEpoch: number;
  epoch: number;
};

/** Messages that the realtime host does not have yet, each channel's in order, under the names of this moment. */
export async function pendingMessages({ tx }: Context, limit = 200): Promise<Pending[]> {
  const rows = await tx.execute<Row>(sql`select m.org_id as "orgId", m.channel_id as "channelId", m.seq::float8 as seq,
      m.channel, m.sender, m.payload, ${isoTime(sql`m.published_at`)} as timestamp,
      coalesce(o.epoch, 0) as "orgEpoch", coalesce(e.epoch, 0) as epoch
    from (select * from channel_messages where not is_pushed order by org_id, channel_id, seq limit ${limit}) m
    left join channel_epochs o on o.org_id = m.org_id and o.scope_id = m.org_id
    left join channel_epochs e on e.org_id = m.org_id and e.scope_id = m.channel_id
    order by m.org_id, m.channel_id, m.seq`);
  return rows.map(({ orgId, channelId, seq, payload, orgEpoch, epoch, ...told }) => ({
    ...{ orgId, channelId, seq },
    frame: {
      channel: pushNameOf({ id: channelId, orgEpoch, epoch }),
      event: messageEvent,
      data: encode(JSON.stringify({ ...told, seq }), payload),
    },
  }));
}

/** Says that the realtime host has them. */
export async function markPushed({ tx }: Context, messages: readonly Pending[]): Promise<void> {
  const keys = messages.map(({ orgId, channelId, seq }) => ({ org_id: orgId, channel_id: channelId, seq }));
  // Losing the last moments costs frames sent twice, which readers drop by their number.
  await tx.execute(sql`set local synchronous_commit = off`);
  await tx.execute(sql`update channel_messages m set is_pushed = true
    from jsonb_to_recordset(${JSON.stringify(keys)}::text::jsonb) as k(org_id uuid, channel_id uuid, seq bigint)
    where m.org_id = k.org_id and m.channel_id = k.channel_id and m.seq = k.seq`);
}

/** The ids of the channels among these names on the realtime host. */
export const channelsNamed = (names: readonly string[]): string[] =>
  names.flatMap((name) => (name.startsWith(pushPrefix) ? (name.slice(pushPrefix.length).split(".")[0] ?? []) : []));

/**
 * Removes what nobody can read any more, in batches: messages past their time, evictions done and speakers silent for a
 * day, timers unheard for a day, what was counted by the minute after two hours, and the counts of channels idle for a
 * month (a day, where nobody ever spoke).
 * @returns whether there may be more.
 */
export async function trimChannels({ tx }: Context, batch = 5_000): Promise<boolean> {
  const [gone] = await tx.execute<{ rows: number }>(sql`with gone as (
      delete from channel_messages where ctid = any(array(
        select m.ctid from channel_messages m join channel_streams s on s.org_id = m.org_id and s.id = m.channel_id
          left join channels c on c.org_id = m.org_id and c.id = m.channel_id
        where m.published_at < now() - make_interval(secs => ${graceSeconds}) and m.is_pushed and not ${isKept}
        limit ${batch} for update of m skip locked)) returning 1)
    select count(*)::int as rows from gone`);
  await tx.execute(sql`delete from channel_evictions where done_at < now() - interval '1 day'`);
  await tx.execute(sql`delete from channel_rates where times[1] < now() - interval '1 day'`);
  await tx.execute(sql`delete from channel_timers where wanted_until < now() - interval '1 day'`);
  await tx.execute(sql`delete from channel_minutes where minute < now() - interval '2 hours'`);
  await tx.execute(sql`delete from channel_streams s where s.used_at < now() - case when s.seq = 0 then interval '1 day' else interval '30 days' end
    and not exists (select 1 from channel_messages m where m.org_id = s.org_id and m.channel_id = s.id)`);
  return gone?.rows === batch;
}

/** A message within what every host takes, or a word to read it with read_channel. */
function encode(told: string, payload: string): string {
  const whole = `${told.slice(0, -1)},"payload":${payload}}`;
  return Buffer.byteLength(whole) <= frameBytes ? whole : `${told.slice(0, -1)},"reference":true}`;
}
