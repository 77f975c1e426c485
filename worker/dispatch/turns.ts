import type { AgentRuntime } from "#db/enums.ts";
import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { chooseIdle, findOffers, type Idle } from "#server/dispatch/offers.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { claimFor, type Grant } from "#server/leases/service.ts";

/** Runs one turn of an agent that this worker drives: works on the granted task and leaves it in another status. */
export type Driver = (grant: Grant) => Promise<void>;

export interface TurnsOptions {
  /** Turns at once in this worker. */
  limit: number;
  drivers: Partial<Record<AgentRuntime, Driver>>;
  onError(error: unknown): void;
}

/**
 * The dispatcher of agents that the worker drives: claims only into free turns (money and fairness forbid to take ahead),
 * for many agents in one statement, and starts what it got. A wake-up makes it look at once, a poll in any case.
 */
export function startTurns(runtime: Runtime, { limit, drivers, onError }: TurnsOptions) {
  const running = new Set<Promise<void>>();
  const driven = Object.keys(drivers);
  let busy = false;
  let again = false;
  let stopped = false;
  /** Where the round of teams begins, so that the first team is not always first. */
  let turnOfTeam = 0;

  async function look() {
    again = true;
    if (busy || stopped) return;
    busy = true;
    try {
      while (again && !stopped && running.size < limit) {
        again = false;
        for (const { grant, kind } of await claimTurns(limit - running.size)) {
          again = true;
          start(grant, drivers[kind]);
        }
      }
    } catch (error) {
      onError(error);
    } finally {
      busy = false;
    }
  }

  async function claimTurns(free: number) {
    return inTransaction(
      runtime,
      systemActor("", "dispatcher"),
      { requestId: `dispatch-${newId()}`, system: true },
      async (context) => {
        const idle = await context.tx.execute<
          Idle & { kind: AgentRuntime; room: number } & Record<string, unknown>
        >(sql`
        select a.org_id as "orgId", a.team_id as "teamId", a.id as "agentId", false as reviews, a.runtime as kind,
          a.slots - (select count(*)::int from leases l where l.org_id = a.org_id and l.agent_id = a.id and l.ended_at is null) as room
        from agents a where a.status = 'active' and a.runtime = any(${`{${driven.join(",")}}`}::text[]) order by a.org_id, a.team_id, a.id`);
        const slots = idle.flatMap((agent) => Array.from({ length: Math.max(0, agent.room) }, () => agent));
        const chosen = inTurns(chooseIdle(slots, await findOffers(context.tx, idle)), turnOfTeam++).slice(0, free);
        const kinds = new Map(idle.map(({ agentId, kind }) => [agentId, kind]));
        const grants = await claimFor(context, countByAgent(chosen));
        return grants.flatMap((grant) => {
          const kind = kinds.get(grant.agentId);
          return kind ? [{ grant, kind }] : [];
        });
      },
    );
  }

  function start(grant: Grant, driver: Driver | undefined) {
    if (!driver) return;
    const turn = driver(grant)
      .catch(onError)
      .finally(() => {
        running.delete(turn);
        void look();
      });
    running.add(turn);
  }

  const off = driven.length > 0 ? runtime.wake.on("task_status_changed", () => void look()) : () => {};

  return {
    running: () => running.size,
    async stop() {
      stopped = true;
      off();
      await Promise.allSettled(running);
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

function countByAgent(chosen: readonly Idle[]) {
  const counted = new Map<string, { orgId: string; teamId: string; agentId: string; max: number }>();
  for (const { orgId, teamId, agentId } of chosen) {
    counted.set(agentId, { orgId, teamId, agentId, max: (counted.get(agentId)?.max ?? 0) + 1 });
  }
  return [...counted.values()];
}
