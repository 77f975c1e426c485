import { sql } from "drizzle-orm";
import { type Actor, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import { boardUri, EVENTS_URI, taskUri } from "./resources.ts";

/** Somebody who wants to hear what changed. */
export interface Watcher {
  actor: Actor;
  /** Called with each address that changed; it knows which of them it asked for. */
  changed(uri: string): void;
  /** Whether they would still be let in; a stream of somebody who would not is ended. */
  isStillWelcome(): Promise<boolean>;
  end(): void;
}

interface Change extends Record<string, unknown> {
  orgId: string;
  seq: string;
  teamId: string | null;
  taskNumber: number | null;
}

const WELCOME_EVERY_MS = 4_000;
/** Of an organization in which more happened at once, each watcher is told once that its addresses changed. */
const MOST_CHANGES = 1_000;

/**
 * Tells the watchers of this process what changed anywhere: every web process reads the log itself, woken by the same
 * hints as everybody, one query for all of its watchers. Nothing is remembered for those who are not there: they read
 * the resource again when they come back.
 */
export function openSubscriptions(runtime: OpenRuntime) {
  const watchers = new Set<Watcher>();
  const seen = new Map<string, number>();
  let looking = false;
  let again = false;
  let welcomedAt = 0;

  async function look(): Promise<void> {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && watchers.size > 0) {
        again = false;
        for (const change of await readChanges()) tell(change);
      }
    } catch (error) {
      runtime.log.warn({ error }, "watchers were not told; the next look goes on from there");
    } finally {
      looking = false;
    }
  }

  async function readChanges(): Promise<Change[]> {
    const heads = JSON.stringify([...seen].map(([org, seq]) => ({ org, seq })));
    const rows = await inTransaction(
      runtime,
      systemActor("", "subscriptions"),
      { requestId: `subscriptions-${newId()}`, system: true, snapshot: true },
      ({ tx }) =>
        tx.execute<Change>(sql`
          select e.org_id as "orgId", e.seq, e.team_id as "teamId", t.number as "taskNumber"
            from jsonb_to_recordset(${heads}::text::jsonb) as h(org uuid, seq bigint)
           cross join lateral (select * from events e where e.org_id = h.org and e.seq > h.seq
                                order by e.seq limit ${MOST_CHANGES}) e
            left join tasks t on t.org_id = e.org_id and t.id = e.task_id
           order by e.org_id, e.seq`),
    );
    for (const { orgId, seq } of rows) if (seen.has(orgId)) seen.set(orgId, Number(seq));
    if (rows.length >= MOST_CHANGES) again = true;
    return rows;
  }

  function tell({ orgId, teamId, taskNumber }: Change): void {
    for (const watcher of watchers) {
      const { actor } = watcher;
      if (actor.orgId !== orgId || !isSeenBy(actor, teamId)) continue;
      watcher.changed(EVENTS_URI);
      if (teamId !== null) watcher.changed(boardUri(teamId));
      if (taskNumber === null) continue;
      watcher.changed(taskUri(taskNumber));
      watcher.changed(`${taskUri(taskNumber)}/diff`);
    }
  }

  async function checkWelcome(orgId: string | undefined): Promise<void> {
    if (orgId === undefined) {
      // Keys also end by time alone; the poll comes every second, which is more often than that needs.
      if (Date.now() - welcomedAt < WELCOME_EVERY_MS) return;
      welcomedAt = Date.now();
    }
    for (const watcher of watchers) {
      if (orgId !== undefined && watcher.actor.orgId !== orgId) continue;
      if (!(await watcher.isStillWelcome().catch(() => true))) watcher.end();
    }
  }

  const off = [
    runtime.wake.on("events_appended", (orgId) => {
      if (orgId === undefined || seen.has(orgId)) void look();
    }),
    runtime.wake.on("access_changed", (orgId) => void checkWelcome(orgId)),
  ];

  return {
    /** From now on; returns the way to stop. What happened before this resolves is not told. */
    async watch(watcher: Watcher): Promise<() => void> {
      const { orgId } = watcher.actor;
      if (!seen.has(orgId)) {
        const head = await headOf(runtime, orgId);
        seen.set(orgId, Math.max(seen.get(orgId) ?? 0, head));
      }
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
        if (![...watchers].some(({ actor }) => actor.orgId === orgId)) seen.delete(orgId);
      };
    },
    watching: () => watchers.size,
    close() {
      for (const stop of off) stop();
      for (const watcher of watchers) watcher.end();
    },
  };
}

export type Subscriptions = ReturnType<typeof openSubscriptions>;

/** What concerns the whole organization is seen by all of its people; what concerns a team, by those who see the team. */
const isSeenBy = ({ teams }: Actor, teamId: string | null): boolean =>
  teamId === null || teams === "all" || teams.includes(teamId);

async function headOf(runtime: OpenRuntime, orgId: string): Promise<number> {
  const [head] = await inTransaction(
    runtime,
    systemActor(orgId, "subscriptions"),
    { requestId: `subscriptions-${newId()}` },
    ({ tx }) => tx.execute<{ seq: string }>(sql`select seq from event_heads where org_id = ${orgId}`),
  );
  return Number(head?.seq ?? 0);
}
