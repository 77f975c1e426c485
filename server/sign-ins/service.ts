import { and, desc, eq, gt, isNull, ne } from "drizzle-orm";
import { signIns, users } from "#db/schema/identity.ts";
import { admitPasswordGuess } from "../auth/attempts.ts";
import { hashPassword, isPassword } from "../auth/password.ts";
import { endResetLinks } from "../auth/password-reset.ts";
import { endSignIn } from "../auth/sign-in.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { SignIn } from "./schema.ts";

/** Where a person is signed in, the most recently seen first. */
export async function listSignIns(context: Context): Promise<{ signIns: SignIn[] }> {
  const { tx, actor, now } = context;
  requirePerson(context);
  const rows = await tx
    .select()
    .from(signIns)
    .where(and(eq(signIns.userId, actor.id), isNull(signIns.revokedAt), gt(signIns.expiresAt, now)))
    .orderBy(desc(signIns.lastSeenAt))
    .limit(200);
  return {
    signIns: rows.map(({ id, kind, userAgent, ip, createdAt, lastSeenAt, expiresAt }) => ({
      id,
      kind,
      userAgent,
      ip,
      createdAt: createdAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      isThis: id === actor.signInId,
    })),
  };
}

/** Ends one of one's own sign-ins. @throws AppError not_found, the same for missing and somebody else's. */
export async function revokeSignIn(context: Context, signInId: string): Promise<void> {
  requirePerson(context);
  const ended = await endSignIn(context, { id: signInId, userId: context.actor.id });
  if (!ended) throw new AppError("not_found", `You have no sign-in ${signInId} that lives. list_sign_ins shows yours.`);
}

/** Ends the sign-in one is asking with. */
export async function signOut(context: Context): Promise<void> {
  const { actor } = context;
  if (!actor.signInId) throw new AppError("conflict", "You came with an API key, so there is no sign-in to end.");
  await endSignIn(context, { id: actor.signInId, userId: actor.id });
}

/**
 * Sets a new password and ends every other sign-in, and links that would set another: whoever knew the old one is out.
 * @returns how many were ended.
 */
export async function changePassword(
  context: Context,
  { current, next }: { current: string; next: string },
): Promise<number> {
  const { tx, actor, now } = context;
  requirePerson(context);
  await admitPasswordGuess(actor.id);
  const [user] = await tx
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, actor.id))
    .for("update");
  const isRight = user?.passwordHash == null ? current === "" : await isPassword(user.passwordHash, current);
  if (!user || !isRight) throw new AppError("invalid", "The current password is not right. Nothing was changed.");
  await tx
    .update(users)
    .set({ passwordHash: await hashPassword(next) })
    .where(eq(users.id, actor.id));
  await endResetLinks(context, actor.id);
  const others = actor.signInId ? ne(signIns.id, actor.signInId) : undefined;
  const ended = await tx
    .update(signIns)
    .set({ revokedAt: now })
    .where(and(eq(signIns.userId, actor.id), isNull(signIns.revokedAt), others))
    .returning({ id: signIns.id });
  context.hints.push({ topic: "access_changed", orgId: "" });
  return ended.length;
}

/** A key belongs to one organization; who signs in where is the person's own. */
function requirePerson({ actor }: Context): void {
  if (actor.kind !== "user" || !actor.signInId) {
    throw new AppError("forbidden", "Only a person who is signed in can do this, not an API key.");
  }
}
