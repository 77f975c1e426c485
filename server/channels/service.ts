import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { type Channel, findChannel, findOwnChannel, requireListener } from "./finding.ts";
import { type HandleOwner, holdOwnHandle, requireOwnerOf } from "./handles.ts";
import { vetSchema } from "../json-schema.ts";
import { readPushName } from "./push-name.ts";
import { takeTurn } from "./publishing.ts";
import { endListening } from "./revocation.ts";
import { refuseTooMany } from "./shares.ts";
import type { advertiseInput, keepInput } from "./schema.ts";
import { wantTimer } from "./timers.ts";

/** A decision of the owner, and the end of live subscriptions to wait for. */
export interface Narrowed {
  evictionId: string | undefined;
}

/** Lets only the owner and those granted listen from now on. Once locked it stays; again is no error. */
export async function lockChannel(context: Context, name: string): Promise<Narrowed> {
  const channel = await holdOwnChannel(context, name);
  // Also when it is locked already: whoever asks again must be able to rely on the answer.
  if (!channel.isLocked) await record(context, "channel.locked", [about(channel, {})]);
  return { evictionId: await endListening(context, channel) };
}

/** Lets all of the organization listen again. */
export async function unlockChannel(context: Context, name: string): Promise<void> {
  const channel = await holdOwnChannel(context, name);
  if (channel.isLocked) await record(context, "channel.unlocked", [about(channel, {})]);
}

/**
 * Lets somebody listen to the channel while it is locked; never speak on it.
 * @throws AppError not_found for the handle.
 */
export async function grantAccess(context: Context, name: string, to: string): Promise<void> {
  const channel = await holdOwnChannel(context, name);
  const grantee = await requireOwnerOf(context, to);
  if (grantee.id === context.actor.id) return;
  if (!(await isGranted(context, channel, grantee))) {
    await record(context, "channel.granted", [about(channel, { granteeId: grantee.id })]);
  }
}

/** Takes a grant back. Whoever listens by it hears nothing more once this is answered. */
export async function revokeAccess(context: Context, name: string, from: string): Promise<Narrowed> {
  const channel = await holdOwnChannel(context, name);
  const grantee = await requireOwnerOf(context, from);
  if (await isGranted(context, channel, grantee)) {
    await record(context, "channel.revoked", [about(channel, { granteeId: grantee.id })]);
  }
  return { evictionId: channel.isLocked ? await endListening(context, channel) : undefined };
}

/**
 * Says what is published on a channel, and optionally what each message must look like.
 * @throws AppError invalid for a schema that cannot be used, rate_limited: reading one costs more than a message.
 */
export async function advertiseChannel(
  context: Context,
  { channel: name, description, schema }: z.output<typeof advertiseInput>,
): Promise<void> {
  if (schema) {
    await takeTurn(context);
    vetSchema(schema);
  }
  const channel = await holdOwnChannel(context, name);
  await record(context, "channel.advertised", [about(channel, { description, schema })]);
}

/** Takes the advert and the schema away. */
export async function withdrawAdvert(context: Context, name: string): Promise<void> {
  const channel = await holdOwnChannel(context, name);
  await record(context, "channel.advert_withdrawn", [about(channel, {})]);
}

/** Says how many messages a channel keeps, and how long; count 0 keeps none. */
export async function keepHistory(
  context: Context,
  { channel: name, count, seconds }: z.output<typeof keepInput>,
): Promise<void> {
  const kept = count === 0 ? { count: null, seconds: null } : { count, seconds };
  const channel = await holdOwnChannel(context, name);
  await record(context, "channel.history_changed", [about(channel, kept)]);
}

/**
 * A channel to listen to, by waiting reads. Whoever listens to a timer makes it tick.
 * @throws AppError forbidden when it is locked and they are not granted.
 */
export async function openForReading(context: Context, name: string): Promise<Channel> {
  const channel = await findChannel(context, name);
  requireListener(context, channel);
  if (channel.kind === "system") await wantTimer(context, channel.path);
  return channel;
}

/**
 * A channel to listen to on the realtime host: from now on its messages are pushed.
 * @returns its name there, and the newest number.
 * @throws AppError forbidden when it is locked and they are not granted.
 */
export async function openForPush(context: Context, name: string): Promise<{ name: string; seq: number }> {
  const channel = await openForReading(context, name);
  const { tx, actor, now } = context;
  const owner = channel.owner?.id ?? actor.orgId;
  const [stream] = await tx.execute<{ seq: number; isNew: boolean }>(sql`insert into channel_streams as s
      (org_id, id, kind, owner_id, path, seq, used_at, is_heard)
    values (${actor.orgId}, ${channel.id}, ${channel.kind}, ${owner}, ${channel.path}, 0, ${now.toISOString()}, true)
    on conflict (org_id, id) do update set is_heard = true, used_at = excluded.used_at
    returning seq::float8 as seq, xmax = 0 as "isNew"`);
  if (stream?.isNew) await refuseTooMany(context, channel, "silent");
  // Its row is held now: a lock that came before it has changed the rules, one that comes after changes the name.
  requireListener(context, await findChannel(context, name));
  return { name: await readPushName(context, channel.id), seq: stream?.seq ?? 0 };
}

/** Whether whoever asks may hear a channel that they name as the realtime host knows it at this moment. */
export async function mayHearChannel(
  { tx, actor }: Context,
  { id, epoch }: { id: string; epoch: number },
): Promise<boolean> {
  const [allowed] = await tx.execute(sql`select 1 from channel_streams s
    left join channels c on c.org_id = s.org_id and c.id = s.id
    where s.org_id = ${actor.orgId} and s.id = ${id}::uuid and s.is_heard
      and ${epoch} = coalesce((select x.epoch from channel_epochs x where x.org_id = s.org_id and x.scope_id = s.id), 0)
      and (c.locked_at is null or c.owner_id::text = ${actor.id} or exists (select 1 from channel_grants g
        where g.org_id = c.org_id and g.channel_id = c.id and g.grantee_id::text = ${actor.id}))`);
  return allowed !== undefined;
}

/** A channel as the subject of an event. */
const about = <More extends object>({ id, owner, path }: Channel, more: More) => ({
  subject: id,
  data: { ownerId: owner?.id ?? "", path, ...more },
});

/** The actor's own channel, with its owner held: decisions about it are made one after the other. */
async function holdOwnChannel(context: Context, name: string): Promise<Channel> {
  await holdOwnHandle(context);
  return findOwnChannel(context, name);
}

async function isGranted({ tx, actor }: Context, channel: Channel, { id }: HandleOwner): Promise<boolean> {
  const [row] = await tx.execute(sql`select 1 from channel_grants
    where org_id = ${actor.orgId} and channel_id = ${channel.id} and grantee_id = ${id}`);
  return row !== undefined;
}
