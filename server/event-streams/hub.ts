import { type Actor, type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { bare, type LoggedFeedEvent, readLogs } from "../events/queries.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { seesTeam, teamsOfReaders } from "./access.ts";
import type { EndEvent } from "./schema.ts";
import { encodeEvent, EventStream, type Seat, type Seen } from "./stream.ts";

export interface EventStreams {
  /** @throws AppError unavailable, rate_limited when there are too many already. */
  open(seat: Seat): EventStream;
  streams(): number;
  /** Ends all, and refuses further ones: the process stops. */
  close(): void;
}

/** Streams of one organization, and how far its log was told to those that are at the end. */
interface Line {
  told: number;
  live: Set<EventStream>;
}

const mostStreams = 2_000;
const mostStreamsPerActor = 250;
const eventsAtOnce = 500;
const beatEveryMs = 15_000;
const lookAtAccessEveryMs = 2_000;
/** Events after which somebody may see less than before. */
const narrowing = /^(api_key|member|team|agent)\./;

/**
 * The event streams of this process: one look at the log tells all of them, woken by the same hints as everybody. Nothing is
 * held while they wait. Who lost access is gone before anything that happened after it is told.
 */
export function openStreams({
  onError,
  ...runtime
}: Pick<Runtime, "db" | "wake" | "settings"> & { onError: (error: unknown) => void }): EventStreams {
  const streams = new Set<EventStream>();
  const lines = new Map<string, Line>();
  let isClosed = false;
  let looking = false;
  let again = false;
  let checkedAt = 0;
  let checking = Promise.resolve();

  async function look(): Promise<void> {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && lines.size > 0) {
        again = false;
        const heads = [...lines].map(([orgId, { told }]) => ({ orgId, seq: told }));
        const rows = await inAll((context) => readLogs(context, heads, eventsAtOnce));
        for (const [orgId, events] of Map.groupBy(rows, ({ orgId }) => orgId)) await tellAll(orgId, events);
      }
    } catch (error) {
      onError(error);
    } finally {
      looking = false;
    }
  }

  async function tellAll(orgId: string, rows: readonly LoggedFeedEvent[]): Promise<void> {
    if (rows.some(({ event }) => narrowing.test(event.type))) await checkInTurn(orgId);
    const line = lines.get(orgId);
    const last = rows.at(-1);
    if (!line || !last) return;
    for (const told of rows) {
      const bytesOf = bytesOnce(told);
      for (const stream of line.live) stream.tell(told, bytesOf);
    }
    line.told = Math.max(line.told, last.event.seq);
    again ||= rows.length === eventsAtOnce;
  }

  async function checkAccess(orgId: string | undefined): Promise<void> {
    const theirs = [...streams].filter(({ actor }) => orgId === undefined || actor.orgId === orgId);
    if (theirs.length === 0) return;
    const seen = await inAll(({ tx }) =>
      teamsOfReaders(
        tx,
        theirs.map(({ actor }) => actor),
      ),
    );
    for (const [index, stream] of theirs.entries()) {
      const teams = seen[index];
      if (!teams || !seesTeam({ teams }, stream.teamId ?? null)) stream.end(accessEnded);
      else stream.actor = { ...stream.actor, teams };
    }
  }

  /** One after the other: what an earlier look saw must not come after what a later one did. */
  function checkInTurn(orgId: string | undefined): Promise<void> {
    const check = checking.then(() => checkAccess(orgId));
    checking = check.catch(() => {});
    return check;
  }

  function join(stream: EventStream): boolean {
    const { orgId } = stream.actor;
    const line = lines.get(orgId) ?? { told: stream.position, live: new Set() };
    // What was told meanwhile it has not read yet.
    if (stream.position < line.told) return false;
    lines.set(orgId, line);
    line.live.add(stream);
    // What happened since it read is told now; its hint may have come before anybody listened to it.
    void look();
    return true;
  }

  function leave(stream: EventStream): void {
    streams.delete(stream);
    const line = lines.get(stream.actor.orgId);
    line?.live.delete(stream);
    if (line?.live.size === 0) lines.delete(stream.actor.orgId);
  }

  function admit({ orgId, id }: Actor): void {
    if (isClosed || streams.size >= mostStreams)
      throw new AppError("unavailable", "No further stream can be opened here now.", { retryAfterSeconds: 5 });
    const theirs = [...streams].filter(({ actor }) => actor.orgId === orgId && actor.id === id).length;
    if (theirs >= mostStreamsPerActor)
      throw new AppError("rate_limited", `You have ${theirs} streams open; close one first.`, { retryAfterSeconds: 5 });
  }

  const inAll = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor("", "streams"), { requestId: `streams-${newId()}`, system: true }, work);

  const off = [
    runtime.wake.on("events_appended", (orgId) => {
      if (orgId === undefined ? lines.size > 0 : lines.has(orgId)) void look();
    }),
    runtime.wake.on("access_changed", (orgId) => {
      // Keys and sign-ins also end by time alone.
      if (orgId === undefined && Date.now() - checkedAt < lookAtAccessEveryMs) return;
      if (orgId === undefined) checkedAt = Date.now();
      void checkInTurn(orgId || undefined).catch(onError);
    }),
  ];
  const heart = setInterval(() => {
    for (const stream of streams) stream.beat(lines.get(stream.actor.orgId)?.told ?? 0);
  }, beatEveryMs);
  heart.unref();

  return {
    open(seat) {
      admit(seat.actor);
      const stream = new EventStream(seat, { join, onOver: leave });
      streams.add(stream);
      return stream;
    },
    streams: () => streams.size,
    close() {
      isClosed = true;
      clearInterval(heart);
      for (const stop of off) stop();
      for (const stream of streams) stream.end(restarting);
    },
  };
}

const accessEnded: EndEvent = {
  reason: "access_ended",
  message: "What you came with has ended, or you see this team no more.",
};
const restarting: EndEvent = { reason: "restarting", message: "The server stops. Come back with the last id." };

/** The bytes of an event with its cause and without, with all that it says and without, each made when the first reader needs it. */
function bytesOnce({ event }: LoggedFeedEvent): (seen: Seen) => Uint8Array {
  const made = new Map<string, Uint8Array>();
  return ({ cause, all }) => {
    const key = `${cause || event.cause === null} ${all}`;
    const known = made.get(key);
    if (known) return known;
    const told = all ? event : bare(event);
    const bytes = encodeEvent(cause ? told : { ...told, cause: null });
    made.set(key, bytes);
    return bytes;
  };
}
