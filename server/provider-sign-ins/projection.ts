import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { providerSignInEvents } from "./events.ts";

export const providerSignInProjections: Projections<typeof providerSignInEvents> = {
  "credential.sign_in_offered": (tx, events) =>
    tx.execute(sql`insert into sign_in_providers (org_id, id, provider, api, base_url, device_url, token_url, client_id, scopes, set_by,
        created_at, updated_at)
      select e.org_id, e.subject_id, e.data->>'provider', e.data->>'api', e.data->>'baseUrl', e.data->>'deviceUrl', e.data->>'tokenUrl',
        e.data->>'clientId', e.data->>'scopes', e.actor, e.at, e.at from ${events}
      on conflict (org_id, id) do update set api = excluded.api, base_url = excluded.base_url, device_url = excluded.device_url,
        token_url = excluded.token_url, client_id = excluded.client_id, scopes = excluded.scopes, set_by = excluded.set_by,
        updated_at = excluded.updated_at`),
  "credential.sign_in_withdrawn": (tx, events) =>
    tx.execute(sql`update sign_in_providers p set removed_at = e.at, updated_at = e.at
      from ${events} where p.org_id = e.org_id and p.id = e.subject_id`),
};
