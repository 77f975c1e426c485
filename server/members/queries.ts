import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Invitation, Member } from "./schema.ts";

/** The people of the organization, the first who joined first. */
export async function listMembers(
  context: Context,
  { deactivated }: { deactivated: boolean },
): Promise<{ members: Member[] }> {
  return { members: await readMembers(context, deactivated ? sql`true` : sql`m.status = 'active'`) };
}

/** One member. @throws AppError not_found, the same for missing and foreign. */
export async function readMember(context: Context, userId: string): Promise<Member> {
  const [member] = await readMembers(context, sql`m.user_id = ${userId}`);
  if (!member) throw new AppError("not_found", `There is no member ${userId} here. list_members shows who is there.`);
  return member;
}

/** The ways in, the newest first. Never the token, never its hash. */
export async function listInvitations(
  context: Context,
  { ended }: { ended: boolean },
): Promise<{ invitations: Invitation[] }> {
  const open = sql`i.revoked_at is null and i.accepted_at is null and i.expires_at > now()`;
  return { invitations: await readInvitations(context, ended ? sql`true` : open) };
}

/** One invitation. @throws AppError not_found */
export async function readInvitation(context: Context, invitationId: string): Promise<Invitation> {
  const [invitation] = await readInvitations(context, sql`i.id = ${invitationId}`);
  if (!invitation) {
    throw new AppError(
      "not_found",
      `There is no invitation ${invitationId} here. list_invitations shows the open ones.`,
    );
  }
  return invitation;
}

async function readMembers({ tx, actor }: Context, where: SQL): Promise<Member[]> {
  return tx.execute<
    Member & Record<string, unknown>
  >(sql`select m.user_id as "userId", coalesce(u.name, 'somebody') as name,
      ${actor.kind === "user" ? sql`u.email` : sql`null::text`} as email, m.role, m.status, ${isoTime(sql`m.created_at`)} as "joinedAt",
      coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name) order by t.created_at, t.id) from team_members tm
        join teams t on t.org_id = tm.org_id and t.id = tm.team_id and t.archived_at is null
        where tm.org_id = m.org_id and tm.user_id = m.user_id), '[]') as teams
    from memberships m left join users u on u.id = m.user_id
    where m.org_id = ${actor.orgId} and ${where} order by m.created_at, m.user_id limit 2000`);
}

async function readInvitations({ tx, actor }: Context, where: SQL): Promise<Invitation[]> {
  return tx.execute<Invitation & Record<string, unknown>>(sql`select i.id, i.email, i.role, i.invited_by as "invitedBy",
      ${isoTime(sql`i.created_at`)} as "createdAt", ${isoTime(sql`i.expires_at`)} as "expiresAt",
      case when i.accepted_at is not null then 'accepted' when i.revoked_at is not null then 'revoked'
        when i.expires_at <= now() then 'expired' else 'open' end as status,
      coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name) order by t.created_at, t.id) from teams t
        where t.org_id = i.org_id and t.id = any(i.team_ids)), '[]') as teams
    from invitations i where i.org_id = ${actor.orgId} and ${where} order by i.created_at desc, i.id desc limit 500`);
}
