import { sql } from "drizzle-orm";
import { type Actor, systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import type { OpenRuntime } from "../runtime.ts";

/** Somebody who wants to hear what changed. */
export interface Watcher {
  actor: Actor;
  happened(change: Change): void;
  /** Whether they would still be let in; a stream of somebody who would not is ended. */
  isStillWelcome(): Promise<boolean>;
  end(): void;
}

/** Where something happened. */
export interface Change {
  teamId: string | null;
  taskNumber: number | null;
}

type Row = Change & { orgId: string; seq: string } & Record<string, unknown>;

const WELCOME_EVERY_MS = 4_000;
/** Read at once of one organization; what is beyond it is read by the next look. */
const MOST_CHANGES = 1_000;

/**
 * Tells the watchers of this process what changed anywhere: every web process reads the log itself, woken by the same
 * hints as everybody, one query for all of its watchers. Nothing is remembered for those who are not there: they read
 * the resource again when they come back.
 */
export function openWatching(runtime: OpenRuntime) {
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

  async function readChanges(): Promise<Row[]> {
    const heads = JSON.stringify([...seen].map(([org, seq]) => ({ org, seq })));
    const rows = await inTransaction(
      runtime,
      systemActor("", "watching"),
      { requestId: `watching-${newId()}`, system: true, snapshot: true },
      ({ tx }) =>
        tx.execute<Row>(sql`
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

  function tell({ orgId, teamId, taskNumber }: Row): void {
    for (const watcher of watchers)
      if (watcher.actor.orgId === orgId && isSeenBy(watcher.actor, teamId)) watcher.happened({ teamId, taskNumber });
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

/** What concerns the whole organization is seen by all of its people; what concerns a team, by those who see the team. */
const isSeenBy = ({ teams }: Actor, teamId: string | null): boolean =>
  teamId === null || teams === "all" || teams.includes(teamId);

async function headOf(runtime: OpenRuntime, orgId: string): Promise<number> {
  const [head] = await inTransaction(
    runtime,
    systemActor(orgId, "watching"),
    { requestId: `watching-${newId()}` },
    ({ tx }) => tx.execute<{ seq: string }>(sql`select seq from event_heads where org_id = ${orgId}`),
  );
  return Number(head?.seq ?? 0);
}
