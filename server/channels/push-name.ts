import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/** What a channel's name on the realtime host says. */
interface PushRef {
  id: string;
  orgEpoch: number;
  epoch: number;
}

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const epoch = "(0|[1-9]\\d{0,8})";
const pattern = new RegExp(`^private-channel\\.(${uuid})\\.${epoch}\\.${epoch}$`);

/** The event that carries messages. */
export const messageEvent = "message";
export const pushPrefix = "private-channel.";

/**
 * The name of a channel on the realtime host. It changes with the epoch of the organization (somebody left) and with its
 * own (a lock, a revocation): whoever is subscribed must then be authorized again, on any Pusher-compatible host.
 */
export const pushNameOf = ({ id, orgEpoch, epoch: own }: PushRef): string => `${pushPrefix}${id}.${orgEpoch}.${own}`;

/** Reads such a name; undefined for any other. */
export function parsePushName(name: string): PushRef | undefined {
  const [, id, orgEpoch, own] = pattern.exec(name) ?? [];
  if (id === undefined) return undefined;
  return { id, orgEpoch: Number(orgEpoch), epoch: Number(own) };
}

/** The name of the moment. */
export async function readPushName({ tx, actor }: Context, id: string): Promise<string> {
  const [row] = await tx.execute<{ orgEpoch: number; epoch: number }>(sql`select
      coalesce((select epoch from channel_epochs where org_id = ${actor.orgId} and scope_id = ${actor.orgId}::uuid), 0) as "orgEpoch",
      coalesce((select epoch from channel_epochs where org_id = ${actor.orgId} and scope_id = ${id}::uuid), 0) as epoch`);
  return pushNameOf({ id, orgEpoch: row?.orgEpoch ?? 0, epoch: row?.epoch ?? 0 });
}
