import { type SQL, sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { messageEvents } from "./events.ts";

export const messageProjections: Projections<typeof messageEvents> = {
  "message.sent": async (tx, events) => {
    await tx.execute(sql`insert into messages (org_id, id, team_id, task_id, thread_id, sender, body, created_at)
      select e.org_id, e.subject_id, e.team_id, e.task_id, (e.data->>'threadId')::uuid, e.actor, e.data->>'body', e.at from ${events}`);
    await tx.execute(sql`insert into message_receipts (org_id, message_id, recipient_id, recipient_kind, task_id, created_at)
      select e.org_id, e.subject_id, (r->>'id')::uuid, r->>'kind', e.task_id, e.at from ${events},
        jsonb_array_elements(case when e.data->'recipient' = 'null' then '[]' else jsonb_build_array(e.data->'recipient') end
          || coalesce(e.data->'alsoTo', '[]')) as r`);
  },
  "message.delivered": (tx, events) => reached(tx, events, sql`r.seen_at`, sql`r.processed_at`),
  "message.seen": (tx, events) => reached(tx, events, sql`coalesce(r.seen_at, e.at)`, sql`r.processed_at`),
  "message.processed": (tx, events) =>
    reached(tx, events, sql`coalesce(r.seen_at, e.at)`, sql`coalesce(r.processed_at, e.at)`),
};

/** What is processed was seen, and what is seen was delivered. */
function reached(
  tx: Parameters<Projections<typeof messageEvents>["message.seen"]>[0],
  events: SQL,
  seen: SQL,
  processed: SQL,
) {
  return tx.execute(sql`update message_receipts r set delivered_at = coalesce(r.delivered_at, e.at), seen_at = ${seen}, processed_at = ${processed}
    from ${events} where r.org_id = e.org_id and r.message_id = e.subject_id and r.recipient_id = (e.data->>'recipientId')::uuid`);
}
