import { sql } from "drizzle-orm";
import { channelEpochs } from "#db/schema/organizations.ts";
import type { Context } from "../context.ts";

/**
 * Renames the channels of an organization or of teams, so that on any Pusher-compatible host whoever is subscribed
 * must be authorized again. In the order of ids: two revocations at once do not wait for each other in a circle.
 */
export async function advanceEpochs({ tx, actor }: Context, scopeIds: readonly string[]): Promise<void> {
  const values = [...new Set(scopeIds)].sort().map((scopeId) => ({ orgId: actor.orgId, scopeId, epoch: 1 }));
  if (values.length === 0) return;
  await tx
    .insert(channelEpochs)
    .values(values)
    .onConflictDoUpdate({
      target: [channelEpochs.orgId, channelEpochs.scopeId],
      set: { epoch: sql`${channelEpochs.epoch} + 1` },
    });
}
