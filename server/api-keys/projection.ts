import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { apiKeyEvents } from "./events.ts";

export const apiKeyProjections: Projections<typeof apiKeyEvents> = {
  "api_key.created": (tx, events) =>
    tx.execute(sql`insert into api_keys (org_id, id, name, hash, last_four, scopes, agent_id, created_by_user_id, created_at, expires_at)
      select e.org_id, e.subject_id, e.data->>'name', e.data->>'hash', e.data->>'lastFour',
        array(select jsonb_array_elements_text(e.data->'scopes')), (e.data->>'agentId')::uuid,
        (e.data->>'createdByUserId')::uuid, e.at, (e.data->>'expiresAt')::timestamptz from ${events}`),
  "api_key.rotated": (tx, events) =>
    tx.execute(sql`update api_keys k set replaced_by_id = (e.data->>'replacedById')::uuid,
        expires_at = (e.data->>'expiresAt')::timestamptz
      from ${events} where k.org_id = e.org_id and k.id = e.subject_id`),
  "api_key.token_reused": () => Promise.resolve(),
  "api_key.revoked": (tx, events) =>
    tx.execute(
      sql`update api_keys k set revoked_at = e.at from ${events} where k.org_id = e.org_id and k.id = e.subject_id`,
    ),
};
