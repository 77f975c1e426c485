import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { passwordResets, signIns, users } from "#db/schema/identity.ts";
import type { Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { asSystem } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import { isWellFormed, makeKey } from "./key.ts";
import { hashPassword } from "./password.ts";
import { hashSecret } from "./secret.ts";

const livesMilliseconds = 3_600_000;

export interface ResetLink {
  link: string;
  expiresAt: string;
}

/** Makes a link that sets a new password, for an hour and once; earlier links of the person end. Runs as the system. */
export async function makeResetLink({ tx, now, settings }: Context, userId: string): Promise<ResetLink> {
  const token = makeKey("pr_");
  const expiresAt = new Date(now.getTime() + livesMilliseconds);
  await endResetLinks({ tx, now }, userId);
  await tx.insert(passwordResets).values({ hash: hashSecret(token), userId, createdAt: now, expiresAt });
  return { link: `${settings.publicUrl}/reset/${token}`, expiresAt: expiresAt.toISOString() };
}

/** Ends every link of a person that was not used. Runs as the system. */
export async function endResetLinks({ tx, now }: Pick<Context, "tx" | "now">, userId: string): Promise<void> {
  await tx
    .update(passwordResets)
    .set({ expiresAt: now })
    .where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt), gt(passwordResets.expiresAt, now)));
}

/** The same for whoever can read the installation's secrets on disk. @throws AppError not_found for an unknown address. */
export function makeResetLinkFor(runtime: Runtime, address: string): Promise<ResetLink> {
  return asSystem(runtime, async (context) => {
    const [user] = await context.tx
      .select({ id: users.id })
      .from(users)
      .where(eq(users.email, normalizeEmail(address) ?? ""));
    if (!user) throw new AppError("not_found", `Nobody here has the e-mail address ${address}.`);
    return makeResetLink(context, user.id);
  });
}

/** Whose password a link would set; nobody for one that was used, is too old or made up. */
export async function readResetLink({ tx }: Context, token: string) {
  if (!isWellFormed(token, "pr_")) return undefined;
  const [person] = await tx
    .select({ name: users.name, email: users.email })
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(isUsable(token));
  return person;
}

/**
 * Sets the new password and ends every sign-in of the person, browsers and clients alike. The link works once.
 * @throws AppError not_found, the same for used, too old and made up.
 */
export async function resetPassword(
  runtime: Runtime,
  { token, password }: { token: string; password: string },
): Promise<void> {
  if (!isWellFormed(token, "pr_")) throw endedLink();
  const passwordHash = await hashPassword(password);
  await asSystem(runtime, async (context) => {
    const { tx, now, hints } = context;
    const [used] = await tx
      .update(passwordResets)
      .set({ usedAt: now })
      .where(isUsable(token))
      .returning({ userId: passwordResets.userId });
    if (!used) throw endedLink();
    await tx.update(users).set({ passwordHash }).where(eq(users.id, used.userId));
    await tx
      .update(signIns)
      .set({ revokedAt: now })
      .where(and(eq(signIns.userId, used.userId), isNull(signIns.revokedAt)));
    hints.push({ topic: "access_changed", orgId: "" });
    const orgs = await tx.execute<{ orgId: string }>(sql`select org_id as "orgId" from memberships
      where user_id = ${used.userId} and status = 'active' order by org_id`);
    const events = orgs.map(({ orgId }) => ({ orgId, subject: used.userId, data: {} }));
    await record(context, "member.password_reset", events);
  });
}

const isUsable = (token: string) =>
  and(
    eq(passwordResets.hash, hashSecret(token)),
    isNull(passwordResets.usedAt),
    sql`${passwordResets.expiresAt} > clock_timestamp()`,
  );

const endedLink = (): AppError =>
  new AppError("not_found", "This link was used or is older than an hour. Ask an admin for a new one.");
