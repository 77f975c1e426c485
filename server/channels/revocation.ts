import { sql } from "drizzle-orm";
import { type Actor, type Context, type Runtime, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { advanceEpochs } from "../realtime/epochs.ts";
import type { Channel } from "./finding.ts";
import { readPushName } from "./push-name.ts";

/**
 * Ends what may be listening to a channel: readers that wait look again at once; on the realtime host the channel gets
 * another name, and the relay ends the old one before it pushes anything else.
 * @returns the eviction to wait for; undefined when nobody ever subscribed there.
 */
export async function endListening(context: Context, { id }: Channel): Promise<string | undefined> {
  const { tx, actor, now, hints } = context;
  hints.push({ topic: "channel_changed", orgId: actor.orgId });
  // Held, so that nobody subscribes for the first time between this look and the new name.
  const [heard] = await tx.execute(
    sql`select 1 from channel_streams where org_id = ${actor.orgId} and id = ${id} and is_heard for update`,
  );
  if (!heard) return undefined;
  const evictionId = newId();
  const name = await readPushName(context, id);
  await advanceEpochs(context, [id]);
  await tx.execute(sql`insert into channel_evictions (org_id, id, channel_id, channel_name, created_at)
    values (${actor.orgId}, ${evictionId}, ${id}, ${name}, ${now.toISOString()})`);
  return evictionId;
}

const patienceMs = 5_000;

/**
 * Waits until the relay has ended the old name. Without a relay nothing is pushed either, and the next one begins with
 * what has to end: then it answers false after five seconds.
 */
export async function untilEnded(
  runtime: Runtime,
  { orgId }: Actor,
  evictionId: string | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  if (evictionId === undefined) return true;
  const deadline = AbortSignal.any([AbortSignal.timeout(patienceMs), ...(signal ? [signal] : [])]);
  for (;;) {
    // Listens before it looks, so that nothing falls between.
    const hint = nextHint(runtime, orgId, deadline);
    if (await isEnded(runtime, orgId, evictionId)) return true;
    if (deadline.aborted) return false;
    await hint;
  }
}

function isEnded(runtime: Runtime, orgId: string, evictionId: string): Promise<boolean> {
  const actor = systemActor(orgId, "channels");
  return inTransaction(runtime, actor, { requestId: `channels-${newId()}` }, async ({ tx }) => {
    const [row] = await tx.execute(
      sql`select 1 from channel_evictions where org_id = ${orgId} and id = ${evictionId} and done_at is not null`,
    );
    return row !== undefined;
  });
}

function nextHint(runtime: Runtime, orgId: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      off();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const off = runtime.wake.on("channel_changed", (changed) => {
      if (changed === undefined || changed === orgId) end();
    });
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}
