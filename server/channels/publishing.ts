import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { count } from "../tally.ts";
import { type Channel, findChannel, requirePublisher } from "./finding.ts";
import { ownHandle } from "./handles.ts";
import { problemOf } from "../json-schema.ts";
import type { published } from "./schema.ts";
import { countSpoken } from "./counting.ts";
import { refuseTooMany } from "./shares.ts";

/** A message may have 16 KB as JSON. */
const payloadBytes = 16_384;

export type Published = z.output<typeof published>;

/**
 * Says something on a channel. What is allowed is read in this transaction, each time.
 * @throws AppError too_large past 16 KB, forbidden for channels of others, invalid against the schema the channel
 * advertises, rate_limited past the actor's messages of a second.
 */
export async function publish(context: Context, name: string, payload: unknown): Promise<Published> {
  const text = JSON.stringify(payload);
  if (Buffer.byteLength(text) > payloadBytes) {
    throw new AppError("too_large", "A message may have 16 KB. Publish a reference to what is larger.");
  }
  // First: whoever has no handle yet gets one, and may have come to speak under it.
  const sender = await ownHandle(context);
  const channel = await findChannel(context, name);
  requirePublisher(context, channel, sender);
  const problem = channel.schema ? problemOf(channel.schema, payload) : undefined;
  if (problem !== undefined) {
    throw new AppError("invalid", `${channel.name}: ${problem}. get_channel shows the schema it advertises.`);
  }
  await takeTurn(context);
  return say(context, channel, sender, text);
}

/**
 * Asks the owner of a locked channel to be let in: everybody reads it on `public.access`.
 * @throws AppError conflict when they may hear it already.
 */
export async function requestAccess(context: Context, name: string, reason: string): Promise<Published> {
  const channel = await findChannel(context, name);
  const { actor } = context;
  if (!channel.isLocked || channel.isGranted || channel.owner?.id === actor.id) {
    throw new AppError("conflict", `You may subscribe to ${channel.name} already: read_channel does.`);
  }
  const requester = await ownHandle(context);
  const owner = channel.owner?.handle;
  return publish(context, accessChannel, { type: "access_request", channel: channel.name, owner, requester, reason });
}

/** Where requests for access are published. */
export const accessChannel = "public.access";

/**
 * Counts a message of the actor: never more than so many within any second, whatever processes they come through. The
 * row is theirs until the commit, so fifty at once are counted one after the other.
 * @throws AppError rate_limited
 */
export async function takeTurn({ tx, actor, settings }: Context): Promise<void> {
  const limit = settings.channelRate;
  const [turn] = await tx.execute(sql`insert into channel_rates as r (org_id, actor_id, times)
    values (${actor.orgId}, ${actor.id}, array[clock_timestamp()])
    on conflict (org_id, actor_id) do update set times = (array[clock_timestamp()] || r.times)[1:${sql.raw(String(limit))}]
    where coalesce(r.times[${sql.raw(String(limit))}] <= clock_timestamp() - interval '1 second', true)
    returning 1`);
  if (turn) return;
  count("rateLimits", "channel");
  throw new AppError("rate_limited", `More than ${limit} messages within a second. Try again in 1 s.`, {
    retryAfterSeconds: 1,
  });
}

/** Numbers the message: the channel's row is held until the commit, so numbers have no gaps and follow the commits. */
async function say(context: Context, channel: Channel, sender: string, payload: string): Promise<Published> {
  const { tx, actor, now, hints } = context;
  const { id, kind, owner, path, name } = channel;
  const [said] = await tx.execute<{ seq: number; timestamp: string }>(sql`with spoken as (
      insert into channel_streams as s (org_id, id, kind, owner_id, path, seq, used_at, spoken_at, is_heard)
      values (${actor.orgId}, ${id}, ${kind}, ${owner?.id ?? actor.orgId}, ${path}, 1, ${now.toISOString()}, clock_timestamp(), false)
      on conflict (org_id, id) do update set seq = s.seq + 1, used_at = excluded.used_at, spoken_at = excluded.spoken_at
      returning s.org_id, s.id, s.seq, s.is_heard, s.spoken_at),
      counted as (${countSpoken})
    insert into channel_messages (org_id, channel_id, seq, channel, sender, sender_id, payload, published_at, is_pushed)
    select ${actor.orgId}, ${id}, seq, ${name}, ${sender}, ${actor.id}, ${payload}, clock_timestamp(), not is_heard from spoken
    returning seq::float8 as seq, ${isoTime(sql`published_at`)} as timestamp`);
  if (!said) throw new Error("a message that was just published is not there");
  if (said.seq === 1) await refuseTooMany(context, channel, "spoken");
  hints.push({ topic: "channel_changed", orgId: actor.orgId });
  count("channelMessages", kind);
  return { channel: name, sender, timestamp: said.timestamp, seq: said.seq };
}
