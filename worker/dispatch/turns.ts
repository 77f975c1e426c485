import { type SQL, sql } from "drizzle-orm";
import type { AgentRuntime } from "#db/enums.ts";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { chooseIdle, findOffers, type Idle, seekersOf } from "#server/dispatch/offers.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { claimFor, type Grant } from "#server/leases/service.ts";
import { finishTasks } from "./finish.ts";

/**
 * Runs one turn of an agent that this worker drives. `finished`: the task needs no review, and the dispatcher sees it done;
 * otherwise the driver has left it in another status.
 */
export type Driver = (grant: Grant) => Promise<"finished" | undefined>;

export interface TurnsOptions {
  /** Turns at once in this worker. */
  limit: number;
  drivers: Partial<Record<AgentRuntime, Driver>>;
  /** Agents that could do nothing with a task now: they are not asked. */
  isResting?: (agentId: string) => boolean;
  /** In SQL, of agent `a`: whether it could do anything at all. */
  mayStart?: SQL;
  /** Turns that waited for something and go on, before anything new is claimed: up to so many. */
  takeWaiting?: (context: Context, most: number) => Promise<{ grant: Grant; kind: AgentRuntime }[]>;
  onError: (error: unknown) => void;
}

/**
 * The dispatcher of agents that the worker drives. A round sees the finished turns done and claims into the free ones (never
 * ahead of them: money and fairness forbid it), in one transaction for many agents; the next begins when it has returned
 * and anything ended meanwhile. So a task that waited starts with the commit that made it ready, and under load the rounds
 * grow by themselves. A wake-up makes it look at once, a poll in any case.
 */
export function startTurns(
  runtime: Runtime,
  { limit, drivers, isResting = () => false, mayStart = sql`true`, takeWaiting, onError }: TurnsOptions,
) {
  const running = new Set<Promise<void>>();
  const driven = Object.keys(drivers);
  let finished: Grant[] = [];
  let round: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  /** Where the round of teams begins, so that the first team is not always first. */
  let turnOfTeam = 0;

  function look() {
    again = true;
    round ??= goRound().finally(() => {
      round = undefined;
    });
  }

  async function goRound() {
    while (again) {
      again = false;
      // Turns that end in the same moment are seen done together.
      await new Promise(setImmediate);
      const ended = finished;
      finished = [];
      const free = stopped ? 0 : limit - running.size;
      if (ended.length === 0 && free <= 0) return;
      try {
        for (const { grant, kind } of await settle(ended, free)) {
          again = true;
          start(grant, drivers[kind]);
        }
      } catch (error) {
        finished.push(...ended); // Seen done in a later round; their leases live on meanwhile, or end.
        onError(error);
        return;
      }
    }
  }

  async function settle(ended: readonly Grant[], free: number) {
    const options = { requestId: `dispatch-${newId()}`, system: true };
    return inTransaction(runtime, systemActor("", "dispatcher"), options, async (context) => {
      if (ended.length > 0) await finishTasks(context, ended);
      if (free <= 0) return [];
      const waiting = (await takeWaiting?.(context, free)) ?? [];
      if (waiting.length >= free) return waiting;
      const all = await context.tx.execute<Idle & { kind: AgentRuntime; room: number } & Record<string, unknown>>(sql`
        select a.org_id as "orgId", a.team_id as "teamId", a.id as "agentId", false as reviews, a.runtime as kind,
          a.slots - (select count(*)::int from leases l where l.org_id = a.org_id and l.agent_id = a.id and l.ended_at is null) as room
        from agents a where a.status = 'active' and a.role <> 'reviewer' and a.runtime = any(${`{${driven.join(",")}}`}::text[])  and ${mayStart}
        order by a.org_id, a.team_id, a.id`);
      const idle = all.filter(({ agentId }) => !isResting(agentId));
      const slots = idle.flatMap((agent) => Array.from({ length: Math.max(0, agent.room) }, () => agent));
      const chosen = inTurns(chooseIdle(slots, await findOffers(context.tx, idle)), turnOfTeam++).slice(
        0,
        free - waiting.length,
      );
      const kinds = new Map(idle.map(({ agentId, kind }) => [agentId, kind]));
      const grants = await claimFor(context, seekersOf(chosen));
      const claimed = grants.flatMap((grant) => {
        const kind = kinds.get(grant.agentId);
        return kind ? [{ grant, kind }] : [];
      });
      return [...waiting, ...claimed];
    });
  }

  function start(grant: Grant, driver: Driver | undefined) {
    if (!driver) return;
    const turn = driver(grant)
      .then((end) => {
        if (end === "finished") finished.push(grant);
      })
      .catch(onError)
      .finally(() => {
        running.delete(turn);
        look();
      });
    running.add(turn);
  }

  const off = driven.length > 0 ? runtime.wake.on("task_status_changed", look) : () => {};

  return {
    running: () => running.size,
    /** Starts nothing more; resolves when what runs has ended and is seen done. */
    async stop() {
      stopped = true;
      off();
      await Promise.allSettled(running);
      while (round) await round;
    },
  };
}

/** Takes from each team in turn, so that a team with a thousand ready tasks does not starve one with a single task. */
export function inTurns<Who extends { teamId: string }>(all: readonly Who[], offset = 0): Who[] {
  const byTeam = new Map<string, Who[]>();
  for (const who of all) byTeam.set(who.teamId, [...(byTeam.get(who.teamId) ?? []), who]);
  const queues = [...byTeam.values()];
  const rounds = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    queues.flatMap((_queue, index) => queues[(index + offset) % queues.length]?.slice(round, round + 1) ?? []),
  ).flat();
}
