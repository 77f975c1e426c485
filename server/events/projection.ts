import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import type { EventType, PendingEvent } from "./registry.ts";

/**
 * Applies events of one type to the tables, set-based over all of them. It uses nothing but the events themselves (id,
 * time, actor, data) and the rows it changes — no now(), no random — so that a fold gives the same tables again.
 * `events` is the list as rows for SQL; the list itself tells which statements have nothing to do.
 */
export type Projection = (tx: Tx, events: SQL, list: readonly PendingEvent[]) => Promise<unknown>;

/** The projections of one noun: a function for each of its types of events. */
export type Projections<Events> = Readonly<Record<keyof Events & EventType, Projection>>;

/** Events as a row source for a projection: `from ${events}` gives `e.org_id, e.id, e.team_id, e.task_id, e.subject_id, e.actor, e.data, e.at`. */
export function asRows(events: readonly PendingEvent[]): SQL {
  const rows = events.map((event) => ({
    org_id: event.orgId,
    id: event.id,
    team_id: event.teamId,
    task_id: event.taskId,
    subject_id: event.subjectId,
    actor: event.actor,
    data: event.data,
    at: event.at,
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as e(org_id uuid, id uuid, team_id uuid, task_id uuid,
    subject_id uuid, actor jsonb, data jsonb, at timestamptz)`;
}
