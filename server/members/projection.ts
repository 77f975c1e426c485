import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { memberEvents } from "./events.ts";

export const memberProjections: Projections<typeof memberEvents> = {
  "member.joined": (tx, events) =>
    tx.execute(sql`insert into memberships (org_id, user_id, role, status, created_at)
      select e.org_id, e.subject_id, e.data->>'role', 'active', e.at from ${events}`),
  "member.role_changed": (tx, events) =>
    tx.execute(sql`update memberships m set role = e.data->>'role' from ${events}
      where m.org_id = e.org_id and m.user_id = e.subject_id`),
  "member.deactivated": (tx, events) =>
    tx.execute(sql`update memberships m set status = 'deactivated' from ${events}
      where m.org_id = e.org_id and m.user_id = e.subject_id`),
  "member.reactivated": (tx, events) =>
    tx.execute(sql`update memberships m set status = 'active' from ${events}
      where m.org_id = e.org_id and m.user_id = e.subject_id`),
  // For the record only: tokens are no fold of the events.
  "member.token_reused": () => Promise.resolve(),
  "member.reset_link_made": () => Promise.resolve(),
  "member.password_reset": () => Promise.resolve(),
  "invitation.created": (tx, events) =>
    tx.execute(sql`insert into invitations (org_id, id, email, role, team_ids, token_hash, invited_by, created_at, expires_at)
      select e.org_id, e.subject_id, e.data->>'email', e.data->>'role',
        array(select jsonb_array_elements_text(e.data->'teamIds')::uuid), e.data->>'tokenHash', e.actor, e.at,
        (e.data->>'expiresAt')::timestamptz from ${events}`),
  "invitation.accepted": (tx, events) =>
    tx.execute(sql`update invitations i set accepted_by = (e.data->>'userId')::uuid, accepted_at = e.at from ${events}
      where i.org_id = e.org_id and i.id = e.subject_id`),
  "invitation.revoked": (tx, events) =>
    tx.execute(
      sql`update invitations i set revoked_at = e.at from ${events} where i.org_id = e.org_id and i.id = e.subject_id`,
    ),
};
