import { createHash, timingSafeEqual } from "node:crypto";
import { asc, eq, or, sql } from "drizzle-orm";
import { organizations } from "#db/schema/organizations.ts";
import type { Actor, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { openSecrets } from "../keyring.ts";
import { rolePermissions } from "../permissions.ts";
import { asSystem } from "./actor.ts";

/** Whether a bearer token claims to be the operator's. */
export const isOperatorToken = (token: string): boolean => token.startsWith("op_");

/**
 * Whoever can read the installation's secrets on disk: acts as an owner in one organization, the named one or the oldest.
 * @throws AppError unauthenticated for a wrong token; not_found for an organization that is not there.
 */
export async function actorForOperator(
  runtime: Runtime,
  token: string,
  orgRef: string | undefined,
  ip: string,
): Promise<Actor> {
  const { operatorToken } = openSecrets(runtime.settings.dataDir);
  if (!timingSafeEqual(digest(token), digest(operatorToken)))
    throw new AppError("unauthenticated", "This operator token is not valid here.");
  const [org] = await asSystem(runtime, ({ tx }) =>
    tx
      .select({ id: organizations.orgId })
      .from(organizations)
      .where(orgRef ? or(eq(organizations.slug, orgRef), eq(sql`${organizations.orgId}::text`, orgRef)) : undefined)
      .orderBy(asc(organizations.createdAt))
      .limit(1),
  );
  if (!org) {
    const { publicUrl } = runtime.settings;
    throw new AppError(
      "not_found",
      orgRef
        ? `There is no organization ${orgRef} here.`
        : `Nobody has signed up yet. Open ${publicUrl} and sign up first.`,
    );
  }
  return {
    kind: "system",
    id: "operator",
    name: "operator",
    orgId: org.id,
    role: "owner",
    permissions: new Set(rolePermissions.owner),
    teams: "all",
    ip,
  };
}

const digest = (text: string) => createHash("sha256").update(text).digest();
