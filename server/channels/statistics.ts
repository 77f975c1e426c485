import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { FinishContext } from "../operation.ts";
import { findChannel, requireListener } from "./finding.ts";
import { readPushName } from "./push-name.ts";
import type { statistics } from "./schema.ts";

type Counted = Omit<z.output<typeof statistics>, "subscribers"> & { pushName: string };

/**
 * What was said on a channel within the last hour, by the minute.
 * @throws AppError forbidden when it is locked and they are not granted: how much is said is not theirs to know.
 */
export async function countChannel(context: Context, name: string): Promise<Counted> {
  const channel = await findChannel(context, name);
  requireListener(context, channel);
  const { tx, actor } = context;
  const minutes = await tx.execute<{ at: string; messages: number }>(sql`
    select ${isoTime(sql`g.minute`)} as at, coalesce(n.messages, 0) as messages
    from generate_series(date_trunc('minute', now()) - interval '59 minutes', date_trunc('minute', now()), '1 minute') g(minute)
    left join channel_minutes n on n.org_id = ${actor.orgId} and n.channel_id = ${channel.id}::uuid and n.minute = g.minute
    order by g.minute`);
  const [stream] = await tx.execute<{ seq: number }>(
    sql`select seq::float8 as seq from channel_streams where org_id = ${actor.orgId} and id = ${channel.id}::uuid`,
  );
  const pushName = await readPushName(context, channel.id);
  return { channel: channel.name, messages: stream?.seq ?? 0, minutes: [...minutes], pushName };
}

/** Adds who listens at this moment; a realtime host that is away makes no error of it. */
export async function withSubscribers({ pushName, ...counted }: Counted, { runtime }: Pick<FinishContext, "runtime">) {
  const subscribers = (await runtime.subscribersOf?.(pushName).catch(() => null)) ?? null;
  return { ...counted, subscribers };
}
