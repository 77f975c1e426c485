import { and, asc, eq, ne } from "drizzle-orm";
import type { OrgRole } from "#db/enums.ts";
import { memberships, teams } from "#db/schema/organizations.ts";
import { handBackWork } from "../agents/service.ts";
import { makeResetLink, type ResetLink } from "../auth/password-reset.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { removeCredentialsOf } from "../credentials/service.ts";
import { record } from "../events/record.ts";
import { advanceEpochs } from "../realtime/epochs.ts";

/**
 * Gives a member another role. It holds from their next request on.
 * @throws AppError forbidden unless an owner makes or unmakes an owner; conflict for the last owner.
 */
export async function changeMemberRole(
  context: Context,
  { userId, role }: { userId: string; role: OrgRole },
): Promise<void> {
  const member = await lockMember(context, userId);
  if (member.role === role) return;
  if (member.role === "owner" || role === "owner") requireOwner(context);
  if (member.role === "owner") await refuseLastOwner(context, userId);
  await record(context, "member.role_changed", [{ subject: userId, data: { role } }]);
  // Who becomes less may not keep listening to what only the former role may hear.
  await advanceEpochs(context, await scopesOf(context));
}

/**
 * Closes every door to a member: sessions here, keys they made, realtime. What they held goes back; what they did stays.
 * @throws AppError forbidden unless an owner does it to an owner; conflict for the last owner.
 */
export async function deactivateMember(context: Context, userId: string): Promise<void> {
  const member = await lockMember(context, userId);
  if (member.status === "deactivated") return;
  if (member.role === "owner") {
    requireOwner(context);
    await refuseLastOwner(context, userId);
  }
  await record(context, "member.deactivated", [{ subject: userId, data: {} }]);
  await handBackWork(context, userId, "Its assignee left the organization.");
  await removeCredentialsOf(context, userId);
  await advanceEpochs(context, await scopesOf(context));
}

/** Lets a member in again, with the role and the teams they had. */
export async function reactivateMember(context: Context, userId: string): Promise<void> {
  const member = await lockMember(context, userId);
  if (member.status === "active") return;
  if (member.role === "owner") requireOwner(context);
  await record(context, "member.reactivated", [{ subject: userId, data: {} }]);
}

/**
 * Makes the link that gives a member a new password. Whoever is in another organization too is not handed to the admins of
 * this one: with the password one would be them there. The operator of the server can help them.
 * @throws AppError not_found; forbidden for keys, and for owners unless an owner does it; conflict for whoever is elsewhere too.
 */
export async function createPasswordReset(context: Context, userId: string): Promise<ResetLink> {
  const { tx, actor } = context;
  // A key stays in its organization; with a password it would be whoever made it, everywhere.
  if (actor.kind !== "user" || actor.keyId)
    throw new AppError(
      "forbidden",
      "Only a person who is signed in makes such links, not an API key: npm run reset-password does too.",
    );
  const member = await lockMember(context, userId);
  if (member.role === "owner") requireOwner(context);
  if (member.status !== "active") throw new AppError("conflict", "This member is deactivated. Reactivate them first.");
  const elsewhere = await tx
    .select({ orgId: memberships.orgId })
    .from(memberships)
    .where(and(eq(memberships.userId, userId), ne(memberships.orgId, actor.orgId)))
    .limit(1);
  if (elsewhere.length > 0 && userId !== actor.id) {
    throw new AppError(
      "conflict",
      "This person's password cannot be reset from here. Who runs the server can: npm run reset-password.",
    );
  }
  await record(context, "member.reset_link_made", [{ subject: userId, data: {} }]);
  return makeResetLink(context, userId);
}

/** @throws AppError forbidden for anybody but owners. */
export function requireOwner({ actor }: Context): void {
  if (!actor.permissions.has("org:own"))
    throw new AppError("forbidden", "Only an owner can do this to or for an owner.");
}

/**
 * Owners are locked in one order before one of them goes: of two who demote each other at once, the second waits and
 * then finds itself the last.
 */
async function refuseLastOwner({ tx, actor }: Context, userId: string): Promise<void> {
  const owners = await tx
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.orgId, actor.orgId), eq(memberships.role, "owner"), eq(memberships.status, "active")))
    .orderBy(asc(memberships.userId))
    .for("update");
  if (owners.some((owner) => owner.userId !== userId)) return;
  throw new AppError("conflict", "This is the last owner. Make somebody else an owner first.");
}

async function lockMember({ tx, actor }: Context, userId: string) {
  // The whole list of owners first, in order: locking one of them and then the others would be a deadlock for two.
  await tx
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.orgId, actor.orgId), eq(memberships.role, "owner")))
    .orderBy(asc(memberships.userId))
    .for("update");
  const [member] = await tx
    .select()
    .from(memberships)
    .where(and(eq(memberships.orgId, actor.orgId), eq(memberships.userId, userId)))
    .for("update");
  if (!member) throw new AppError("not_found", `There is no member ${userId} here. list_members shows who is there.`);
  return member;
}

/** What has a channel: the organization and each of its teams. */
async function scopesOf({ tx, actor }: Context): Promise<string[]> {
  const rows = await tx.select({ id: teams.id }).from(teams).where(eq(teams.orgId, actor.orgId));
  return [actor.orgId, ...rows.map(({ id }) => id)];
}
