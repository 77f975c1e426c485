import { and, eq, isNull, sql } from "drizzle-orm";
import { signIns, users } from "#db/schema/identity.ts";
import type { Context, Runtime } from "../context.ts";
import { newId } from "../ids.ts";
import { recordDeniedSignIn } from "../security/service.ts";
import { asSystem } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import { isPassword } from "./password.ts";

export const signInDays = 30;

/** The person with this address and password, or nobody: for an unknown address, a wrong password and none set alike. */
export async function findByPassword(
  runtime: Runtime,
  { email, password, ip = null }: { email: string; password: string; ip?: string | null },
) {
  const address = normalizeEmail(email) ?? "";
  const [user] = await asSystem(runtime, ({ tx }) =>
    tx
      .select({ id: users.id, name: users.name, email: users.email, passwordHash: users.passwordHash })
      .from(users)
      .where(eq(users.email, address)),
  );
  // Outside of the transaction: it takes 20 ms, which nothing should wait for.
  if (!(await isPassword(user?.passwordHash, password)) || !user) {
    // Not waited for: else the time of the answer would tell which addresses are known.
    if (user)
      asSystem(runtime, (context) => recordDeniedSignIn(context, { userId: user.id, ip })).catch(() => undefined);
    return undefined;
  }
  return { id: user.id, name: user.name, email: user.email };
}

/** Notes that a browser is signed in. @returns the id its cookie will name. */
export async function startSignIn(
  runtime: Runtime,
  userId: string,
  { ip, userAgent }: { ip: string; userAgent: string },
): Promise<string> {
  const id = newId();
  await asSystem(runtime, ({ tx, now }) =>
    tx.insert(signIns).values({
      id,
      userId,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + signInDays * 86_400_000),
      userAgent: userAgent.slice(0, 300),
      ip,
    }),
  );
  return id;
}

/**
 * Lets a sign-in that is in use live on: thirty days from now. Once a day is enough; nobody uses it for thirty days, and it
 * ends.
 */
export async function renewSignIn(runtime: Runtime, signInId: string): Promise<void> {
  await asSystem(runtime, ({ tx }) =>
    tx.execute(sql`update sign_ins set expires_at = now() + make_interval(days => ${signInDays})
      where id = ${signInId}::uuid and kind = 'browser' and revoked_at is null and expires_at > now()
        and expires_at < now() + make_interval(days => ${signInDays - 1})`),
  );
}

/** Who a live sign-in belongs to, and the organization to begin in. */
export async function readSignIn(runtime: Runtime, signInId: string) {
  const [row] = await asSystem(runtime, ({ tx }) =>
    tx.execute<{
      userId: string;
      name: string;
      email: string;
      org: string | null;
    }>(sql`select u.id as "userId", u.name, u.email,
        (select o.slug from memberships m join organizations o on o.org_id = m.org_id
          where m.user_id = u.id and m.status = 'active' order by m.created_at, m.org_id limit 1) as org
      from sign_ins s join users u on u.id = s.user_id
      where s.id = ${signInId}::uuid and s.revoked_at is null and s.expires_at > now()`),
  );
  return row;
}

/** Ends one sign-in of a person, in every process within seconds. @returns whether there was a live one. */
export async function endSignIn(context: Context, { id, userId }: { id: string; userId: string }): Promise<boolean> {
  const { tx, now } = context;
  const ended = await tx
    .update(signIns)
    .set({ revokedAt: now })
    .where(and(eq(signIns.id, id), eq(signIns.userId, userId), isNull(signIns.revokedAt)))
    .returning({ id: signIns.id });
  context.hints.push({ topic: "access_changed", orgId: "" });
  return ended.length > 0;
}
