import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { budgetEvents } from "./events.ts";

/** The lines that were crossed stand in the counters, which are no fold: the events only tell of them. */
const nothing = () => Promise.resolve();

export const budgetProjections: Projections<typeof budgetEvents> = {
  "budget.set": (tx, events) =>
    tx.execute(sql`insert into budgets (org_id, id, scope, scope_id, team_id, period, cap_micros, set_by, created_at, updated_at)
      select e.org_id, e.subject_id, e.data->>'scope', (e.data->>'scopeId')::uuid, e.team_id, e.data->>'period',
        (e.data->>'capMicros')::bigint, e.actor, e.at, e.at from ${events}
      on conflict (org_id, id) do update set cap_micros = excluded.cap_micros, set_by = excluded.set_by,
        updated_at = excluded.updated_at, removed_at = null`),
  "budget.removed": (tx, events) =>
    tx.execute(sql`update budgets b set removed_at = e.at, updated_at = e.at from ${events}
      where b.org_id = e.org_id and b.id = e.subject_id`),
  "budget.warned": nothing,
  "budget.exhausted": nothing,
};
