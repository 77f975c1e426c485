import { sql } from "drizzle-orm";
import { actorRef, type Context } from "../context.ts";
import { newId } from "../ids.ts";
import { asRows } from "./projection.ts";
import { projections } from "./projections.ts";
import { type EventType, eventData, type NewEvent, type PendingEvent } from "./registry.ts";

/**
 * Says that something happened: checks the data against the registry, applies the projection to the tables at once, and
 * keeps the events for the log. The only way a projected table ever changes.
 */
export async function record<Type extends EventType>(
  context: Context,
  type: Type,
  events: readonly NewEvent<Type>[],
): Promise<void> {
  if (events.length === 0) return;
  const { actor, now, requestId, cause } = context;
  const at = now.toISOString();
  const pending = events.map(
    (event): PendingEvent => ({
      orgId: event.orgId ?? actor.orgId,
      id: newId(),
      type,
      teamId: event.team ?? null,
      taskId: event.task ?? null,
      subjectId: event.subject,
      actor: event.actor ?? actorRef(actor),
      correlationId: event.because?.correlationId ?? requestId,
      causeSeq: event.because?.seq ?? cause?.seq ?? null,
      data: eventData[type].parse(event.data),
      at,
    }),
  );
  await projections[type](context.tx, asRows(pending), pending);
  context.pending.push(...pending);
}

/** Appends what was recorded to the log, as the last statement of the transaction: numbered, chained, immutable. */
export async function flush({ pending, tx }: Context): Promise<void> {
  if (pending.length === 0) return;
  const rows = pending.map((event) => ({
    org_id: event.orgId,
    id: event.id,
    type: event.type,
    team_id: event.teamId,
    task_id: event.taskId,
    subject_id: event.subjectId,
    actor: event.actor,
    correlation_id: event.correlationId,
    cause_seq: event.causeSeq,
    data: event.data,
    occurred_at: event.at,
  }));
  await tx.execute(sql`select append_events(${JSON.stringify(rows)}::text::jsonb)`);
}
