import { sql } from "drizzle-orm";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { Actor, Context } from "../context.ts";
import { record } from "../events/record.ts";

// The log keeps everything for ever, and whoever is refused chooses how often: what is told is bounded. The first of a
// kind is always told; what comes after it within the hour adds nothing an auditor needs.
const perSubject = new RateLimiterMemory({ points: 1, duration: 600 });
const perOrganization = new RateLimiterMemory({ points: 120, duration: 3_600 });

/** Whether a refusal is to be told now: one of a kind in ten minutes, at most 120 an hour of an organization and process. */
export async function isWorthTelling(orgId: string, kind: string): Promise<boolean> {
  if (!orgId) return false;
  const passes = (limiter: RateLimiterMemory, key: string) =>
    limiter.consume(key).then(
      () => true,
      () => false,
    );
  return (await passes(perSubject, `${orgId}|${kind}`)) && passes(perOrganization, orgId);
}

/** Tells the audit that somebody asked for what they may not do. */
export async function recordRefusedPermission(
  context: Context,
  { operation, permission }: { operation: string; permission: string },
): Promise<void> {
  const { actor } = context;
  const data = { operation, permission, role: actor.role, ip: actor.ip ?? null };
  await record(context, "security.permission_refused", [{ subject: actor.id, data }]);
}

/** One kind of refusal of an actor: the same one again is not told. */
export const kindOfRefusal = (actor: Actor, operation: string): string => `${actor.id}|${operation}`;

/** Tells the audit of every organization of a person that somebody tried their password in vain. As the system. */
export async function recordDeniedSignIn(
  context: Context,
  { userId, ip }: { userId: string; ip: string | null },
): Promise<void> {
  const rows = await context.tx.execute<{ orgId: string }>(
    sql`select m.org_id as "orgId" from memberships m where m.user_id = ${userId} and m.status = 'active' limit 100`,
  );
  const worth = await Promise.all(rows.map(({ orgId }) => isWorthTelling(orgId, `sign-in|${userId}`)));
  await record(
    context,
    "security.sign_in_denied",
    rows.filter((_, index) => worth[index]).map(({ orgId }) => ({ orgId, subject: userId, data: { ip } })),
  );
}
