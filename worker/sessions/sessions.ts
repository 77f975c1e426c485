import { setTimeout as delay } from "node:timers/promises";
import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { holdSeconds, renewHolds, takeSessions } from "#server/sessions/driving.ts";
import { findIdle, stopIdle } from "#server/sessions/idle.ts";
import { startRounds } from "../rounds.ts";
import { type Runner, type RunnerDeps, startRunner } from "./runner.ts";

const mostSessions = 64;
const lookForIdleMs = 30_000;

/**
 * Takes up sessions that need a worker and drives them, woken by hints and by the poll. Asked to stop it begins nothing
 * more, gives turns that run `drainSeconds` to end, and hands over what is left to other workers.
 */
export function startSessions(deps: Omit<RunnerDeps, "holder"> & { drainSeconds?: number }) {
  const holder = newId();
  const { runtime, log } = deps;
  const runners = new Map<string, Runner>();
  let isStopping = false;
  const everywhere = { requestId: `sessions-${holder}`, system: true };
  const system = systemActor("", "sessions");

  const rounds = startRounds(log, async () => {
    const room = isStopping ? 0 : mostSessions - runners.size;
    const taken = await inTransaction(runtime, system, everywhere, (context) =>
      takeSessions(context, holder, Math.max(0, room), [...runners.keys()]),
    );
    for (const held of taken) {
      const runner = startRunner({ ...deps, holder }, held, () => {
        runners.delete(held.sessionId);
        rounds.ask();
      });
      runners.set(held.sessionId, runner);
      if (isStopping) void runner.finish();
    }
    for (const runner of runners.values()) runner.poke();
  });
  const renewing = setInterval(() => {
    inTransaction(runtime, system, everywhere, (context) => renewHolds(context, holder))
      .then((own) => {
        for (const [id, runner] of runners) if (!own.has(id)) void runner.leave();
      })
      .catch((error: unknown) => log.warn({ error }, "sessions could not be held; the next try is soon"));
  }, holdSeconds(runtime.settings) * 250);
  const idleMinutes = runtime.settings.sessionIdleMinutes ?? 0;
  const idling = setInterval(() => {
    stopIdleSessions(runtime, idleMinutes).catch((error: unknown) =>
      log.warn({ error }, "idle sessions could not be stopped; the next try is soon"),
    );
  }, lookForIdleMs);
  if (idleMinutes === 0) clearInterval(idling);
  const off = runtime.wake.on("session_asked", (_orgId, sessionId) => {
    // Of one that is driven here nothing else need be looked at; any other may be free.
    const runner = sessionId && runners.get(sessionId);
    return runner ? runner.poke() : rounds.ask();
  });
  const offMade = runtime.wake.on("task_status_changed", () => {
    for (const runner of runners.values()) if (runner.isWaiting()) runner.poke();
  });
  rounds.ask();

  return {
    running: () => runners.size,
    async stop() {
      isStopping = true;
      clearInterval(idling);
      // The sessions stay held and cancels are heard until the last turn is over, or its time.
      const patience = new AbortController();
      const over = Promise.allSettled(
        [...runners.values()].map((runner) => runner.finish().then(() => runner.leave())),
      );
      const late = delay((deps.drainSeconds ?? 0) * 1_000, undefined, { signal: patience.signal });
      await Promise.race([over, late]);
      patience.abort();
      await late.catch(() => undefined);
      off();
      offMade();
      clearInterval(renewing);
      await rounds.stop();
      await Promise.all([...runners.values()].map((runner) => runner.leave()));
    },
  };
}

async function stopIdleSessions(runtime: Runtime, minutes: number): Promise<void> {
  const requestId = `idle-${newId()}`;
  const system = systemActor("", "sessions");
  const found = await inTransaction(runtime, system, { requestId, system: true }, (context) =>
    findIdle(context, minutes),
  );
  for (const { orgId, sessionId } of found)
    await inTransaction(runtime, systemActor(orgId, "sessions"), { requestId }, (context) =>
      stopIdle(context, sessionId, minutes),
    );
}
