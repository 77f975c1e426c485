import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import {
  type Crew,
  type CrewMember,
  equipCrew,
  leadCrew,
  leaveCrew,
  revokeCrewKeys,
  takeCrew,
} from "#server/samples/jobs.ts";
import { endProcess, hasEnded, startAgent } from "../agents/sample/processes.ts";
import type { Part, PartContext } from "./part.ts";
import { startRounds } from "./rounds.ts";

/** Each is five processes of this machine; further plans wait for their turn. */
const CREWS_AT_ONCE = 2;
const LOOK_EVERY_MILLISECONDS = 1_000;

/** Runs the sample crew where somebody called it to a plan: its agents are processes that come over MCP. */
export const crews: Part = {
  name: "sample crews",
  async start(context) {
    const { runtime, log, signal } = context;
    const busy = new Map<string, Promise<void>>();
    const rounds = startRounds(log, async () => {
      while (!signal.aborted && busy.size < CREWS_AT_ONCE) {
        const options = { requestId: `crews-${newId()}`, system: true };
        const crew = await inTransaction(runtime, systemActor("", "crews"), options, takeCrew);
        if (!crew) return;
        const running = runCrew(context, crew)
          .catch((error: unknown) => log.error({ error, planId: crew.planId }, "the sample crew could not work"))
          .finally(() => busy.delete(crew.planId));
        busy.set(crew.planId, running);
      }
    });
    const off = runtime.wake.on("task_status_changed", rounds.ask);
    const timer = setInterval(rounds.ask, LOOK_EVERY_MILLISECONDS);
    rounds.ask();
    return async () => {
      off();
      clearInterval(timer);
      await rounds.stop();
      await Promise.all(busy.values());
    };
  },
};

/** Equips the crew, keeps its processes alive and gives out work, until its plan is over or this worker stops. */
async function runCrew({ runtime, log, signal }: PartContext, crew: Crew): Promise<void> {
  const act = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
    inTransaction(runtime, systemActor(crew.orgId, "sample crew"), { requestId: `crew-${newId()}` }, work);
  const directory = await mkdtemp(join(tmpdir(), "entourage-crew-"));
  const say = (line: string) => log.debug({ planId: crew.planId }, line);
  const start = (member: CrewMember) => startAgent(member, { url: runtime.config.publicUrl, directory, say });
  const processes = new Map<CrewMember, ChildProcess>();
  const changes = watchChanges(runtime);
  try {
    for (const member of await act((context) => equipCrew(context, crew))) processes.set(member, start(member));
    while (!signal.aborted && (await act((context) => leadCrew(context, crew)))) {
      await Promise.race([changes.next(), delay(LOOK_EVERY_MILLISECONDS, undefined, { ref: false })]);
      for (const [member, child] of processes) if (hasEnded(child)) processes.set(member, start(member));
    }
  } finally {
    changes.stop();
    await Promise.all([...processes.values()].map(endProcess));
    await act(async (context) => {
      await revokeCrewKeys(context, crew.teamId);
      // Where the plan is not over, the next worker goes on.
      await leaveCrew(context, crew);
    });
    await rm(directory, { recursive: true, force: true });
  }
}

/** Lets the next look come as soon as something moved. */
function watchChanges({ wake }: PartContext["runtime"]): { next(): Promise<void>; stop(): void } {
  let tell = () => {};
  const off = wake.on("task_status_changed", () => tell());
  return { next: () => new Promise((resolve) => (tell = resolve)), stop: off };
}
