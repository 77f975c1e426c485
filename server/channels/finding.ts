import { sql } from "drizzle-orm";
import type { ChannelKind } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { JsonSchema } from "../json-schema.ts";
import { channelId, parseChannelName } from "./name.ts";
import { isTimer, timerPaths } from "./timers.ts";

/** A channel as its rules are at this moment. */
export interface Channel {
  id: string;
  name: string;
  kind: ChannelKind;
  path: string;
  /** Null for `public` and `system`, which are the organization's. */
  owner: { id: string; handle: string } | null;
  isLocked: boolean;
  /** Whether the actor was granted it by name. */
  isGranted: boolean;
  schema: JsonSchema | null;
}

/**
 * A channel by its name, with what its owner decided. Any name that fits is a channel, used or not.
 * @throws AppError invalid for what is no name; not_found for a handle nobody has and a timer there is not.
 */
export async function findChannel(context: Context, text: string): Promise<Channel> {
  const { kind, handle, path } = parseChannelName(text);
  const { orgId } = context.actor;
  if (kind === "agent") return findOwned(context, handle, path);
  if (kind === "system" && !isTimer(path)) {
    throw new AppError("not_found", `There is no channel ${text}. The system speaks on ${timerPaths.join(", ")}.`);
  }
  const id = channelId(orgId, kind, orgId, path);
  return { id, name: text, kind, path, owner: null, isLocked: false, isGranted: false, schema: null };
}

async function findOwned({ tx, actor }: Context, handle: string, path: string): Promise<Channel> {
  const [row] = await tx.execute<{
    ownerId: string;
    handle: string;
    isLocked: boolean;
    isGranted: boolean;
    schema: JsonSchema | null;
  }>(sql`select o.owner_id as "ownerId", o.handle, c.locked_at is not null as "isLocked", c.schema, exists (
      select 1 from channel_grants g where g.org_id = c.org_id and g.channel_id = c.id and g.grantee_id::text = ${actor.id}) as "isGranted"
    from handles h join handles o on o.org_id = h.org_id and o.owner_id = h.owner_id and o.is_current
      left join channels c on c.org_id = o.org_id and c.owner_id = o.owner_id and c.path = ${path}
    where h.org_id = ${actor.orgId} and h.handle = ${handle}`);
  if (!row) {
    throw new AppError("not_found", `Nobody here has the handle ${handle}. list_channels shows who has channels.`);
  }
  const { ownerId, isLocked, isGranted, schema } = row;
  return {
    id: channelId(actor.orgId, "agent", ownerId, path),
    // Under the owner's name of the moment, also when asked for by an earlier one.
    name: `agent.${row.handle}.${path}`,
    ...{ kind: "agent", path, owner: { id: ownerId, handle: row.handle }, isLocked, isGranted, schema },
  };
}

/** Whether somebody may listen now. All of the organization may, unless it is locked. */
const mayListen = ({ actor }: Context, { owner, isLocked, isGranted }: Channel): boolean =>
  !isLocked || isGranted || owner?.id === actor.id;

/** Whether somebody may speak now: everybody on `public.*`, the owner on their own, nobody on `system.*`. A grant never adds to it. */
const mayPublish = ({ actor }: Context, { kind, owner }: Channel): boolean =>
  kind === "public" || (kind === "agent" && owner?.id === actor.id);

/** @throws AppError forbidden when it is locked and they are not granted. */
export function requireListener(context: Context, channel: Channel): void {
  if (!mayListen(context, channel)) throw lockedOut(channel.name);
}

export const lockedOut = (name: string): AppError =>
  new AppError("forbidden", `${name} is locked, and you are not granted it. request_channel_access asks its owner.`);

/** @throws AppError forbidden, which says where they may speak. */
export function requirePublisher(context: Context, channel: Channel, ownHandle: string): void {
  if (mayPublish(context, channel)) return;
  const { kind, name, owner } = channel;
  const whose =
    kind === "system" ? "The server alone publishes on system.*" : `${name} is ${owner?.handle ?? ""}'s alone`;
  throw new AppError("forbidden", `${whose}. Publish on public.<path> or on agent.${ownHandle}.<path>.`);
}

/**
 * The channel if it is the actor's own.
 * @throws AppError forbidden for anybody's else, and for `public` and `system`, which nobody owns.
 */
export async function findOwnChannel(context: Context, text: string): Promise<Channel> {
  const channel = await findChannel(context, text);
  if (channel.owner?.id === context.actor.id) return channel;
  const whose = channel.owner ? `${channel.owner.handle} owns ${channel.name}` : `Nobody owns ${channel.name}`;
  throw new AppError("forbidden", `${whose}; only the owner of an agent.* channel decides about it.`);
}
