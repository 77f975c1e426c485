import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { connect } from "#db/client.ts";
import { closeEvictions, markPushed, openEvictions, type Pending, pendingMessages } from "#server/channels/delivery.ts";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { type PushClient, PushFailed } from "#server/realtime/pusher.ts";
import type { MovedEvent } from "#server/realtime/schema.ts";

export interface ChannelRelayOptions {
  /** Of the database: the relay reads and holds its lock in a session of its own. */
  url: string;
  push: Pick<PushClient, "triggerFrames" | "evict">;
  onError: (error: unknown) => void;
}

const moved: MovedEvent = "moved";
const mostBackoffMs = 2_000;

/**
 * Pushes what is published on channels to the realtime host, in the order of each channel, and ends the old names of
 * channels that were locked or revoked before it pushes anything else.
 *
 * One worker does this at a time, by a lock of its session, and one step after the other: so once an eviction is marked
 * as done, no message is on its way to the old name, and none will be. A crash pushes some messages again and loses none.
 */
export function startChannelRelay(runtime: Runtime, { url, push, onError }: ChannelRelayOptions) {
  const stopping = new AbortController();
  let isOurs = false;
  let again = false;
  let running: Promise<void> | undefined;
  const session = connect(url, {
    poolSize: 1,
    name: "entourage-channels",
    // The session is gone and its lock with it: somebody else may have it now.
    onclose: () => {
      isOurs = false;
    },
  });
  const ownRuntime: Runtime = { ...runtime, db: session.db };
  const inAll = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(ownRuntime, systemActor("", "channels"), { requestId: `channels-${newId()}`, system: true }, work);

  function wake(): void {
    again = true;
    running ??= drain().finally(() => {
      running = undefined;
    });
  }

  async function drain(): Promise<void> {
    for (let failures = 0; again && !stopping.signal.aborted; ) {
      again = false;
      try {
        const hasMore = (await takeOver()) && (await step());
        again ||= hasMore;
        failures = 0;
      } catch (error) {
        onError(error);
        again = true;
        const pauseMs = Math.min(mostBackoffMs, 50 * 2 ** failures++);
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function takeOver(): Promise<boolean> {
    if (isOurs) return true;
    const [row] = await session.db.transaction((tx) =>
      tx.execute<{ isOurs: boolean }>(
        sql`select pg_try_advisory_lock(hashtextextended('channels|relay', 0)) as "isOurs"`,
      ),
    );
    isOurs = row?.isOurs ?? false;
    return isOurs;
  }

  /** @returns whether there may be more. */
  async function step(): Promise<boolean> {
    const evictions = await inAll(openEvictions);
    for (const { channelName } of evictions) {
      // Those who may still listen ask for the new name.
      await push.triggerFrames([{ channel: channelName, event: moved, data: {} }]);
      await push.evict(channelName);
    }
    if (evictions.length > 0) await inAll((context) => closeEvictions(context, evictions));
    const messages = await inAll((context) => pendingMessages(context));
    if (messages.length > 0) await send(messages);
    return evictions.length + messages.length > 0;
  }

  async function send(messages: readonly Pending[]): Promise<void> {
    let sent = 0;
    try {
      await push.triggerFrames(messages.map(({ frame }) => frame));
      sent = messages.length;
    } catch (error) {
      if (!(error instanceof PushFailed)) throw error;
      sent = error.sent;
      // The host will never take one of the next ten: readers see that its number is missing and read it.
      if (error.status === 400 || error.status === 413) sent += await sendOneByOne(messages.slice(sent, sent + 10));
      else if (sent === 0) throw error;
    }
    await inAll((context) => markPushed(context, messages.slice(0, sent)));
  }

  async function sendOneByOne(messages: readonly Pending[]): Promise<number> {
    for (const { frame } of messages) {
      await push.triggerFrames([frame]).catch((error: unknown) => {
        if (!(error instanceof PushFailed && (error.status === 400 || error.status === 413))) throw error;
        onError(error);
      });
    }
    return messages.length;
  }

  const off = runtime.wake.on("channel_changed", wake);
  wake();
  return {
    async stop(): Promise<void> {
      stopping.abort();
      off();
      await running;
      await session.close();
    },
  };
}
