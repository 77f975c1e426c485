import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import { modelCredentials as credentials } from "#db/schema/models.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Credential, HeldByMember } from "./schema.ts";

export type CredentialRow = typeof credentials.$inferSelect;

/** The organization's credentials with the state of their providers; no key is in it. */
export const listCredentials = (context: Context): Promise<Credential[]> =>
  readCredentials(context, sql`c.user_id is null`);

/** The actor's own. */
export const listOwnCredentials = (context: Context): Promise<Credential[]> =>
  readCredentials(context, sql`c.user_id::text = ${context.actor.id}`);

/** Which people have one of their own, and nothing more of it. */
export function listHeldByMembers({ tx, actor }: Context): Promise<HeldByMember[]> {
  return tx.execute<HeldByMember & Record<string, unknown>>(sql`select c.id, c.provider, c.status,
      ${isoTime(sql`c.created_at`)} as "createdAt", c.user_id as "userId", coalesce(u.name, 'somebody') as "userName"
    from model_credentials c left join users u on u.id = c.user_id
    where c.org_id = ${actor.orgId} and c.user_id is not null and c.removed_at is null order by 6, c.provider limit 500`);
}

/** One credential. @throws AppError not_found */
export async function readCredential(context: Context, credentialId: string): Promise<Credential> {
  const [credential] = await readCredentials(context, sql`c.id = ${credentialId}`);
  if (!credential) throw noCredential(credentialId);
  return credential;
}

/**
 * The row, locked until the commit: the organization's, or of this person (`any`: of anybody).
 * @throws AppError not_found, the same for missing, removed, foreign and another's.
 */
export async function lockCredential(
  { tx, actor }: Context,
  credentialId: string,
  whose: { userId: string | null } | "any" = { userId: null },
): Promise<CredentialRow> {
  const [row] = await tx
    .select()
    .from(credentials)
    .where(and(eq(credentials.orgId, actor.orgId), eq(credentials.id, credentialId), isNull(credentials.removedAt)))
    .for("update");
  if (!row || (whose !== "any" && row.userId !== whose.userId)) throw noCredential(credentialId);
  return row;
}

const noCredential = (id: string) =>
  new AppError("not_found", `There is no credential ${id} here. list_credentials shows the ones there are.`);

async function readCredentials({ tx, actor, now }: Context, where: SQL): Promise<Credential[]> {
  const at = sql`${now.toISOString()}::timestamptz`;
  return tx.execute<
    Credential & Record<string, unknown>
  >(sql`select c.id, c.provider, c.form, c.api, c.base_url as "baseUrl",
      c.last_four as "lastFour", c.status, c.problem, c.test_answer as "testAnswer", c.models,
      array(select jsonb_object_keys(c.gone_models) order by 1) as "goneModels",
      case when p.paused_until > ${at} then ${isoTime(sql`p.paused_until`)} end as "pausedUntil",
      case when p.paused_until > ${at} then p.reason end as "pauseReason",
      ${isoTime(sql`c.created_at`)} as "createdAt", ${isoTime(sql`c.updated_at`)} as "updatedAt"
    from model_credentials c left join provider_pauses p on p.org_id = c.org_id and p.credential_id = c.id
    where c.org_id = ${actor.orgId} and c.removed_at is null and ${where} order by c.provider limit 200`);
}
