import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { holdSeconds, renewHolds, takeSessions } from "#server/sessions/driving.ts";
import { startRounds } from "../rounds.ts";
import { type Runner, type RunnerDeps, startRunner } from "./runner.ts";

const mostSessions = 64;

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
  const off = runtime.wake.on("session_asked", () => rounds.ask());
  rounds.ask();

  return {
    running: () => runners.size,
    async stop() {
      off();
      clearInterval(renewing);
      await rounds.stop();
      await Promise.all([...runners.values()].map((runner) => runner.leave()));
    },
  };
}
