import { createHmac, timingSafeEqual } from "node:crypto";
import { sql } from "drizzle-orm";
import { actorForKeyId, asSystem } from "../auth/actor.ts";
import { signingOf } from "../auth/signing.ts";
import type { Actor, Runtime, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import type { GitCredential } from "../tasks/schema.ts";

export const isLeasePassword = (password: string): boolean => password.startsWith("gl_");

/**
 * The git password of a lease, for whoever holds it by an API key: computed from the lease and that key's id, so nothing
 * is stored, it can be told again, and it ends with either of the two.
 */
export function gitCredentialOf(
  settings: Pick<Settings, "dataDir">,
  { keyId }: Pick<Actor, "keyId">,
  leaseId: string,
): GitCredential | null {
  return keyId ? { username: leaseId, password: passwordOf(settings, leaseId, keyId) } : null;
}

/**
 * Who holds this lease, when the password is the one of the lease.
 * @throws AppError unauthenticated, the same for a made-up password, a lease that ended and a key that did.
 */
export async function actorForLeasePassword(
  runtime: Runtime,
  { username, password, ip }: { username: string | null; password: string; ip: string },
): Promise<Actor> {
  const [, keyId = ""] = /^gl_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_[\w-]{43}$/.exec(password) ?? [];
  const leaseId = username?.toLowerCase() ?? "";
  if (keyId === "" || !isSame(password, passwordOf(runtime.settings, leaseId, keyId))) throw ended();
  const [lease] = await asSystem(runtime, ({ tx }) =>
    tx.execute<{
      orgId: string;
      holderId: string;
    }>(sql`select org_id as "orgId", coalesce(agent_id, user_id) as "holderId"
      from leases where id = ${leaseId}::uuid and ended_at is null`),
  );
  if (!lease) throw ended();
  const actor = await actorForKeyId(runtime, { orgId: lease.orgId, keyId }, ip);
  if (actor.id !== lease.holderId) throw ended();
  return actor;
}

function passwordOf(settings: Pick<Settings, "dataDir">, leaseId: string, keyId: string): string {
  const secret = signingOf(settings).derive("git password");
  return `gl_${keyId}_${createHmac("sha256", secret).update(`${leaseId}|${keyId}`).digest("base64url")}`;
}

const isSame = (one: string, other: string) =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

const ended = (): AppError =>
  new AppError(
    "unauthenticated",
    "This git password is not valid: its lease or its key has ended. wait_for_work, claim_task and get_task give the one of a live lease.",
  );
