import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { holdSeconds, renewHolds, takeSessions } from "#server/sessions/driving.ts";
import { findIdle, stopIdle } from "#server/sessions/idle.ts";
import { startRounds } from "../rounds.ts";
import { type Runner, type RunnerDeps, startRunner } from "./runner.ts";

const mostSessions = 64;
const lookForIdleMs = 30_000;

/** Takes up sessions that need a worker and drives them, woken by hints and by the poll. */
export function startSessions(deps: Omit<RunnerDeps, "holder">) {
  const holder = newId();
  const { runtime, log } = deps;
  const runners = new Map<string, Runner>();
  const everywhere = { requestId: `sessions-${holder}`, system: true };
  const system = systemActor("", "sessions");

  const rounds = startRounds(log, async () => {
    const room = mostSessions - runners.size;
    const taken = await inTransaction(runtime, system, everywhere, (context) =>
      takeSessions(context, holder, Math.max(0, room)),
    );
    for (const held of taken) {
      const runner = startRunner({ ...deps, holder }, held, () => {
        runners.delete(held.sessionId);
        rounds.ask();
      });
      runners.set(held.sessionId, runner);
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
  const off = runtime.wake.on("session_asked", () => rounds.ask());
  const offMade = runtime.wake.on("task_status_changed", () => {
    for (const runner of runners.values()) if (runner.isWaiting()) runner.poke();
  });
  rounds.ask();

  return {
    running: () => runners.size,
    async stop() {
      off();
      offMade();
      clearInterval(renewing);
      clearInterval(idling);
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
