import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { connect } from "#db/client.ts";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { endSockets, isSomeNodeApart, peopleNarrowed, renameChannels } from "#server/realtime/access.ts";
import { type AddressedFrame, buildFrames, type LoggedEvent, readLog } from "#server/realtime/frames.ts";
import { type PushClient, PushFailed } from "#server/realtime/pusher.ts";

export interface RelayOptions {
  /** Of the database: the relay reads and holds its locks in a session of its own. */
  url: string;
  push: PushClient;
  /** Whether the host ends a person's sockets when asked; other hosts are left by renaming the channels. */
  isEmbedded: boolean;
  onError: (error: unknown, orgId: string) => void;
  /** Events read at once. */
  batch?: number;
}

/** What this worker knows of an organization whose log it tells. */
interface Line {
  /** How far the log was told, and how far the table says so. */
  told: number;
  saved: number;
  /** How far narrowed access was acted upon. */
  guarded: number;
  failures: number;
  activeAt: number;
}

const saveEveryMs = 200;
const idleMs = 10_000;
const mostBackoffMs = 2_000;

/**
 * Tells browsers what happened: reads each organization's log above its cursor and pushes it in order. A crash sends
 * some frames again and loses none; readers drop what they have seen by its number.
 *
 * One worker tells an organization at a time, by a lock of its session, which ends with it however it ends. Two at once
 * would only send twice: the cursor moves by compare-and-set. It is saved a few times a second, off the way of a frame.
 */
export function startRelay(runtime: Runtime, { url, push, isEmbedded, onError, batch = 200 }: RelayOptions) {
  const lines = new Map<string, Line>();
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const stopping = new AbortController();
  const session = connect(url, {
    poolSize: 1,
    name: "entourage-relay",
    // Its few queries are index look-ups whatever the values, so they are planned once.
    settings: { plan_cache_mode: "force_generic_plan", enable_seqscan: "off" },
    // The session is gone and its locks with it: somebody else may have them now.
    onclose: () => lines.clear(),
  });
  const ownRuntime: Runtime = { ...runtime, db: session.db };

  function tell(orgId: string): void {
    again.add(orgId);
    if (running.has(orgId) || stopping.signal.aborted) return;
    running.set(
      orgId,
      drain(orgId).finally(() => running.delete(orgId)),
    );
  }

  async function drain(orgId: string): Promise<void> {
    while (again.delete(orgId) && !stopping.signal.aborted) {
      const line = lines.get(orgId) ?? (await takeOver(orgId).catch((error: unknown) => onError(error, orgId)));
      if (!line) return;
      line.activeAt = Date.now();
      try {
        if (await tellNext(orgId, line)) again.add(orgId);
        line.failures = 0;
      } catch (error) {
        onError(error, orgId);
        again.add(orgId);
        const pauseMs = Math.min(mostBackoffMs, 50 * 2 ** line.failures++);
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function takeOver(orgId: string): Promise<Line | undefined> {
    const [row] = await session.db.transaction((tx) =>
      tx.execute<{ isOurs: boolean }>(
        sql`select pg_try_advisory_lock(hashtextextended(${lockName(orgId)}, 0)) as "isOurs"`,
      ),
    );
    if (!row?.isOurs) return undefined;
    const told = await inOrg(orgId, async ({ tx }) => {
      const [cursor] = await tx.execute<{ seq: number }>(
        sql`select seq::float8 as seq from relay_cursors where org_id = ${orgId}`,
      );
      return cursor?.seq ?? 0;
    });
    const line = { told, saved: told, guarded: told, failures: 0, activeAt: Date.now() };
    lines.set(orgId, line);
    return line;
  }

  /** Tells the next events. Returns whether there may be more. */
  async function tellNext(orgId: string, line: Line): Promise<boolean> {
    const { events, frames } = await inOrg(orgId, async (context) => {
      const log = await readLog(context, line.told, batch);
      return { events: log, frames: log.length > 0 ? await buildFrames(context, log) : [] };
    });
    const last = events.at(-1);
    if (!last) return false;
    // Who lost access is gone before the first frame after it; new names of channels are read before anything is said.
    if (
      await guard(
        orgId,
        line,
        events.filter(({ seq }) => seq > line.guarded),
      )
    )
      return true;
    await send(line, frames);
    line.told = last.seq;
    return events.length === batch;
  }

  async function guard(orgId: string, line: Line, events: readonly LoggedEvent[]) {
    const people = peopleNarrowed(events);
    const isLeft = people.length > 0 && !(await endEverywhere(orgId, people));
    if (isLeft) await push.triggerFrames(await inOrg(orgId, renameChannels));
    line.guarded = events.at(-1)?.seq ?? line.guarded;
    return isLeft;
  }

  async function endEverywhere(orgId: string, people: readonly string[]): Promise<boolean> {
    if (!isEmbedded || !(await endSockets(push, people))) return false;
    return !(await inOrg(orgId, isSomeNodeApart));
  }

  async function send(line: Line, frames: readonly AddressedFrame[]): Promise<void> {
    for (let from = 0; from < frames.length; ) {
      try {
        return await push.triggerFrames(frames.slice(from));
      } catch (error) {
        from += error instanceof PushFailed ? error.sent : 0;
        line.told = Math.max(line.told, (frames[from]?.seq ?? 0) - 1);
        if (!isRefused(error)) throw error;
        // The host will never take one of these. Readers see that it is missing and read the feed.
        for (const frame of frames.slice(from, from + 10)) await sendOrSkip(frame);
        from += 10;
      }
    }
  }

  async function sendOrSkip(frame: AddressedFrame): Promise<void> {
    try {
      await push.triggerFrames([frame]);
    } catch (error) {
      if (!isRefused(error)) throw error;
      onError(error, frame.channel);
    }
  }

  async function save(orgId: string, line: Line): Promise<void> {
    const { told, saved } = line;
    if (told === saved) return;
    const [row] = await inOrg(orgId, async ({ tx }) => {
      // Losing the last moments of a cursor costs frames sent twice, a flush per save costs everybody's commits.
      await tx.execute(sql`set local synchronous_commit = off`);
      return tx.execute(sql`insert into relay_cursors as c (org_id, seq) values (${orgId}, ${told})
        on conflict (org_id) do update set seq = excluded.seq where c.seq = ${saved} returning 1`);
    });
    if (row) line.saved = told;
    else await handOver(orgId);
  }

  async function saveAll(): Promise<void> {
    for (const [orgId, line] of lines) {
      await save(orgId, line);
      // What was told while the cursor was being saved is saved first: the next worker would tell it again.
      const isSettled = line.told === line.saved && !running.has(orgId);
      const isIdle = Date.now() - line.activeAt > idleMs;
      if (isSettled && (isIdle || stopping.signal.aborted)) await handOver(orgId);
    }
  }

  async function handOver(orgId: string): Promise<void> {
    lines.delete(orgId);
    await session.db.transaction((tx) =>
      tx.execute(sql`select pg_advisory_unlock(hashtextextended(${lockName(orgId)}, 0))`),
    );
  }

  /** Looks for itself: a wake-up may be lost, and so may the worker that would have told it. */
  async function lookAround(): Promise<void> {
    const behind = await inOrg("", ({ tx }) =>
      tx.execute<{
        orgId: string;
      }>(sql`select h.org_id as "orgId" from event_heads h left join relay_cursors c on c.org_id = h.org_id
        where h.seq > coalesce(c.seq, 0)`),
    );
    for (const { orgId } of behind) tell(orgId);
  }

  const inOrg = <Result>(orgId: string, work: (context: Context) => Promise<Result>) =>
    inTransaction(ownRuntime, systemActor(orgId, "relay"), { requestId: `relay-${newId()}`, system: true }, work);

  const off = runtime.wake.on("events_appended", (orgId) => {
    if (orgId) tell(orgId);
    else void lookAround().catch((error: unknown) => onError(error, ""));
  });
  let saving = Promise.resolve();
  const timer = setInterval(() => {
    saving = saving.then(saveAll).catch((error: unknown) => onError(error, ""));
  }, saveEveryMs);
  void lookAround().catch((error: unknown) => onError(error, ""));

  return {
    async stop(): Promise<void> {
      stopping.abort();
      off();
      clearInterval(timer);
      await Promise.allSettled([...running.values(), saving]);
      await saveAll().catch((error: unknown) => onError(error, ""));
      await session.close();
    },
  };
}

const isRefused = (error: unknown) => error instanceof PushFailed && (error.status === 400 || error.status === 413);

const lockName = (orgId: string) => `relay|${orgId}`;
