import { randomBytes } from "node:crypto";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { OrgRole } from "#db/enums.ts";
import { users } from "#db/schema/identity.ts";
import { invitations, memberships, organizations, teams } from "#db/schema/organizations.ts";
import type { z } from "zod";
import { hashSecret } from "../auth/secret.ts";
import { normalizeEmail } from "../auth/email.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import type { inviteInput } from "./schema.ts";
import { requireOwner } from "./service.ts";

const livesMilliseconds = 7 * 86_400_000;

/** Makes a way in. @returns its id and the link, which nobody can read again. */
export async function inviteMember(
  context: Context,
  { email, role, teamIds }: z.output<typeof inviteInput>,
): Promise<{ id: string; link: string }> {
  const { now, settings } = context;
  if (role === "owner") requireOwner(context);
  const address = email === null ? null : normalizeEmail(email);
  if (address === undefined)
    throw new AppError("invalid", "This is not an e-mail address. Check the characters around the @.");
  const wanted = [...new Set(teamIds)];
  if ((await livingTeams(context, context.actor.orgId, wanted)).length < wanted.length) {
    throw new AppError("not_found", "One of these teams is not here. list_teams shows yours.");
  }
  const id = newId();
  const token = randomBytes(32).toString("base64url");
  const expiresAt = new Date(now.getTime() + livesMilliseconds).toISOString();
  await record(context, "invitation.created", [
    { subject: id, data: { email: address, role, teamIds: wanted, tokenHash: hashSecret(token), expiresAt } },
  ]);
  return { id, link: `${settings.publicUrl}/invite/${token}` };
}

/** Takes an open invitation back. Doing it twice changes nothing. @throws AppError conflict for one that was accepted. */
export async function revokeInvitation(context: Context, invitationId: string): Promise<void> {
  const { tx, actor } = context;
  const [found] = await tx
    .select()
    .from(invitations)
    .where(and(eq(invitations.orgId, actor.orgId), eq(invitations.id, invitationId)))
    .for("update");
  if (!found) {
    throw new AppError(
      "not_found",
      `There is no invitation ${invitationId} here. list_invitations shows the open ones.`,
    );
  }
  if (found.acceptedAt) throw new AppError("conflict", "It was accepted already. Deactivate the member instead.");
  if (!found.revokedAt) await record(context, "invitation.revoked", [{ subject: invitationId, data: {} }]);
}

/** An invitation that can be accepted now, locked until the end of the transaction. Runs as the system. */
export function lockOpenInvitation(context: Context, token: string) {
  return lockByHash(context, hashSecret(token));
}

async function lockByHash({ tx }: Context, tokenHash: string) {
  const [found] = await tx
    .select()
    .from(invitations)
    .where(and(eq(invitations.tokenHash, tokenHash), isNull(invitations.revokedAt)))
    .for("update");
  return found && !found.acceptedAt && found.expiresAt > new Date() ? found : undefined;
}

/** Lets the signed-in actor in. @throws AppError forbidden for keys; otherwise as `acceptInvitation`. */
export async function joinByInvitation(context: Context, token: string) {
  const { actor, tx } = context;
  if (actor.kind !== "user" || actor.keyId) {
    throw new AppError("forbidden", "An API key stays in its organization. Sign in to accept an invitation.");
  }
  const [person] = await tx.select({ email: users.email }).from(users).where(eq(users.id, actor.id));
  if (!person) throw new AppError("unauthenticated", "You are signed out. Sign in again.");
  return acceptInvitation(context, token, { id: actor.id, name: actor.name, email: person.email });
}

/**
 * Lets a person into the organization that invited them, once. Runs as the system, since they are not in it yet.
 * @throws AppError not_found for a link that is used, revoked, expired or made up; forbidden for somebody else's.
 */
export function acceptInvitation(
  context: Context,
  token: string,
  person: { id: string; name: string; email: string },
): Promise<{ orgId: string; slug: string; role: OrgRole }> {
  return acceptByHash(context, hashSecret(token), person);
}

/** The same for whoever kept the SHA-256 of the invitation's token and nothing more. */
export async function acceptByHash(
  context: Context,
  tokenHash: string,
  person: { id: string; name: string; email: string },
): Promise<{ orgId: string; slug: string; role: OrgRole }> {
  const { tx } = context;
  const invitation = await lockByHash(context, tokenHash);
  if (!invitation) {
    throw new AppError(
      "not_found",
      "This invitation does not work any more: it was used, taken back or is older than seven days. Ask for a new one.",
    );
  }
  if (invitation.email && invitation.email !== person.email) {
    throw new AppError(
      "forbidden",
      "This invitation is for another e-mail address. Sign in with that one, or ask for a link of your own.",
    );
  }
  const { orgId, role, teamIds } = invitation;
  // Two invitations of one organization accepted by one person at once: the second finds the membership.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`member|${orgId}|${person.id}`}, 0))`);
  await refuseMember(context, orgId, person.id);
  const actor = { kind: "user" as const, id: person.id, name: person.name };
  await record(context, "invitation.accepted", [{ orgId, actor, subject: invitation.id, data: { userId: person.id } }]);
  await record(context, "member.joined", [{ orgId, actor, subject: person.id, data: { role } }]);
  const joined = await livingTeams(context, orgId, teamIds);
  await record(
    context,
    "team.member_added",
    joined.map(({ id }) => ({ orgId, actor, subject: id, team: id, data: { userId: person.id } })),
  );
  const [organization] = await tx
    .select({ slug: organizations.slug })
    .from(organizations)
    .where(eq(organizations.orgId, orgId));
  return { orgId, slug: organization?.slug ?? orgId, role };
}

async function refuseMember({ tx }: Context, orgId: string, userId: string): Promise<void> {
  const [member] = await tx
    .select({ status: memberships.status })
    .from(memberships)
    .where(and(eq(memberships.orgId, orgId), eq(memberships.userId, userId)));
  if (member?.status === "active") throw new AppError("conflict", "You are in this organization already.");
  if (member) throw new AppError("forbidden", "Your membership was deactivated. An admin can let you in again.");
}

async function livingTeams({ tx }: Context, orgId: string, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return tx
    .select({ id: teams.id })
    .from(teams)
    .where(and(eq(teams.orgId, orgId), inArray(teams.id, [...ids]), isNull(teams.archivedAt)));
}

/** What the page of an invitation says before anybody accepts it; nothing for a made-up link. Runs as the system. */
export async function describeInvitation({ tx, now }: Context, token: string) {
  const [found] = await tx
    .select({
      organization: organizations.name,
      slug: organizations.slug,
      role: invitations.role,
      email: invitations.email,
      invitedBy: invitations.invitedBy,
      acceptedBy: invitations.acceptedBy,
      revokedAt: invitations.revokedAt,
      expiresAt: invitations.expiresAt,
    })
    .from(invitations)
    .innerJoin(organizations, eq(organizations.orgId, invitations.orgId))
    .where(eq(invitations.tokenHash, hashSecret(token)));
  if (!found) return undefined;
  const { organization, slug, role, email, invitedBy, acceptedBy, revokedAt, expiresAt } = found;
  const isOpen = !acceptedBy && !revokedAt && expiresAt > now;
  return { organization, slug, role, email, invitedBy: invitedBy.name, acceptedBy, isOpen };
}
