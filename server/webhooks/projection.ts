import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { webhookEvents } from "./events.ts";

export const webhookProjections: Projections<typeof webhookEvents> = {
  "webhook.created": (tx, events) =>
    tx.execute(sql`insert into webhooks (org_id, id, team_id, repo_id, provider, name, events, label, enabled, created_by,
        created_at, secret_changed_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'repoId')::uuid, e.data->>'provider', e.data->>'name',
        array(select jsonb_array_elements_text(e.data->'events')), e.data->>'label', true, e.actor, e.at, e.at from ${events}`),
  "webhook.updated": (tx, events) =>
    tx.execute(sql`update webhooks w set name = coalesce(e.data->>'name', w.name),
      enabled = coalesce((e.data->>'enabled')::boolean, w.enabled),
      repo_id = case when e.data ? 'repoId' then (e.data->>'repoId')::uuid else w.repo_id end,
      label = case when e.data ? 'label' then e.data->>'label' else w.label end,
      events = case when e.data ? 'events' then array(select jsonb_array_elements_text(e.data->'events')) else w.events end
      from ${events} where w.org_id = e.org_id and w.id = e.subject_id`),
  "webhook.secret_rotated": (tx, events) =>
    tx.execute(
      sql`update webhooks w set secret_changed_at = e.at from ${events} where w.org_id = e.org_id and w.id = e.subject_id`,
    ),
  "webhook.deleted": (tx, events) =>
    tx.execute(
      sql`update webhooks w set deleted_at = e.at from ${events} where w.org_id = e.org_id and w.id = e.subject_id`,
    ),
  // It says what came of a delivery; the tables are changed by the events of the tasks it made.
  "webhook.delivered": () => Promise.resolve(),
};
