import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { credentialEvents } from "./events.ts";

export const credentialProjections: Projections<typeof credentialEvents> = {
  "credential.saved": (tx, events) =>
    tx.execute(sql`insert into model_credentials (org_id, id, user_id, form, provider, api, base_url, last_four, status, problem, test_answer, models,
        gone_models, saved_by, created_at, updated_at)
      select e.org_id, e.subject_id, (e.data->>'userId')::uuid, coalesce(e.data->>'form', 'key'), e.data->>'provider', e.data->>'api', e.data->>'baseUrl', e.data->>'lastFour', e.data->>'status',
        e.data->>'problem', e.data->>'testAnswer', array(select jsonb_array_elements_text(e.data->'models')), '{}', e.actor, e.at, e.at
        from ${events}
      on conflict (org_id, id) do update set form = excluded.form, api = excluded.api, base_url = excluded.base_url, last_four = excluded.last_four,
        status = excluded.status, problem = excluded.problem, test_answer = excluded.test_answer, models = excluded.models,
        gone_models = '{}', saved_by = excluded.saved_by, updated_at = excluded.updated_at`),
  "credential.refused": (tx, events) =>
    tx.execute(sql`update model_credentials c set status = 'refused', problem = e.data->>'problem', updated_at = e.at
      from ${events} where c.org_id = e.org_id and c.id = e.subject_id`),
  "credential.model_gone": (tx, events) =>
    tx.execute(sql`update model_credentials c set gone_models = c.gone_models || jsonb_build_object(e.data->>'model', e.data->>'problem'),
        updated_at = e.at
      from ${events} where c.org_id = e.org_id and c.id = e.subject_id`),
  "credential.removed": (tx, events) =>
    tx.execute(sql`update model_credentials c set removed_at = e.at, updated_at = e.at
      from ${events} where c.org_id = e.org_id and c.id = e.subject_id`),
};
