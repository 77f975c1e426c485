import type { Db } from "#db/client.ts";
import { badKey } from "../auth/actor.ts";
import { findEndedCallers, type WaitingCaller } from "../auth/ended-callers.ts";
import { type Settings, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Wake } from "../events/wake.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { lockedOut } from "./finding.ts";
import { type Reader, type Reading, readFor } from "./reading.ts";

export interface Listening {
  /**
   * Waits until one of the channels has something, the time is over or the caller hung up: then nothing, from where they
   * were.
   * @throws AppError forbidden as soon as a channel is closed to them, unauthenticated when what they came with ends.
   */
  listen(seat: Seat, options: { timeoutSeconds: number; signal?: AbortSignal | undefined }): Promise<Reading>;
  waiting(): number;
  close(): void;
}

export type Seat = Reader & WaitingCaller;

type Listener = Seat & {
  settle(reading: Reading): void;
  refuse(error: AppError): void;
};

/**
 * Where readers of channels wait, all requests of this process together: they hold no transaction, and a message costs
 * two queries however many wait for it. What each may hear is read anew for every message.
 */
export function openListening({
  db,
  wake,
  settings,
  onError,
}: {
  db: Db;
  wake: Wake;
  settings: Settings;
  onError: (error: unknown) => void;
}): Listening {
  const listeners = new Set<Listener>();
  const runtime = { db, wake, settings };
  let stale: Set<string> | "all" = new Set();
  let fresh = new Set<Listener>();
  let serving = false;

  /** Looks for an organization, for all, or for those who just sat down. One look at a time; what comes meanwhile follows. */
  async function serve() {
    if (serving) return;
    serving = true;
    try {
      while (listeners.size > 0 && (stale === "all" || stale.size + fresh.size > 0)) {
        const [which, arrived] = [stale, fresh];
        [stale, fresh] = [new Set(), new Set()];
        await serveOnce(
          [...listeners].filter((listener) => which === "all" || which.has(listener.orgId) || arrived.has(listener)),
        );
      }
    } catch (error) {
      onError(error);
    } finally {
      serving = false;
    }
  }

  function hear(orgId: string | undefined) {
    if (orgId === undefined) stale = "all";
    else if (stale !== "all") stale.add(orgId);
    void serve();
  }

  async function serveOnce(line: readonly Listener[]) {
    if (line.length === 0) return;
    const readings = await asSystem(({ tx }) => readFor(tx, line));
    for (const [index, reading] of readings.entries()) {
      const listener = line[index];
      if (!listener) continue;
      if ("lockedOut" in reading) listener.refuse(lockedOut(reading.lockedOut));
      else if (hasNews(reading)) listener.settle(reading);
    }
  }

  let checking = Promise.resolve();
  /** Keys and sign-ins also end by time alone: the poll looks every second. */
  async function turnAwayEnded() {
    if (listeners.size === 0) return;
    const ended = await asSystem(({ tx }) => findEndedCallers(tx, [...listeners]));
    for (const listener of ended) listener.refuse(listener.keyId ? badKey() : signedOut());
  }

  const asSystem = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
    inTransaction(runtime, systemActor("", "channels"), { requestId: `channels-${newId()}`, system: true }, work);

  const off = [
    wake.on("channel_changed", hear),
    wake.on("access_changed", () => {
      checking = checking.then(turnAwayEnded).catch(onError);
    }),
  ];

  return {
    listen(seat, { timeoutSeconds, signal }) {
      return new Promise((resolve, reject) => {
        const standUp = () => {
          listeners.delete(listener);
          clearTimeout(timer);
          signal?.removeEventListener("abort", leave);
        };
        const listener: Listener = {
          ...seat,
          settle(reading) {
            standUp();
            resolve(reading);
          },
          refuse(error) {
            standUp();
            reject(error);
          },
        };
        const leave = () => listener.settle(nothingFrom(listener.places));
        const timer = setTimeout(leave, timeoutSeconds * 1000);
        signal?.addEventListener("abort", leave, { once: true });
        listeners.add(listener);
        if (signal?.aborted) leave();
        // What was said between the first look and here is found now.
        else {
          fresh.add(listener);
          void serve();
        }
      });
    },
    waiting: () => listeners.size,
    close() {
      for (const stop of off) stop();
      for (const listener of listeners) listener.settle(nothingFrom(listener.places));
    },
  };
}

const signedOut = () => new AppError("unauthenticated", "You are signed out. Sign in again.");

const hasNews = ({ messages, places }: Reading) => messages.length > 0 || places.some(({ missed }) => missed > 0);

const nothingFrom = (places: Reader["places"]): Reading => ({
  messages: [],
  places: places.map((place) => ({ ...place, since: place.since ?? 0, missed: 0 })),
});
