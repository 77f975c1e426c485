import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { ApiKey } from "./schema.ts";

/** The organization's keys, newest first. Never the key, never its hash. */
export async function listApiKeys(
  context: Context,
  { agentId, ended }: { agentId?: string | undefined; ended: boolean },
): Promise<{ apiKeys: ApiKey[] }> {
  const where = sql`${agentId ? sql`k.agent_id = ${agentId}` : sql`true`}
    and ${ended ? sql`true` : sql`k.revoked_at is null and (k.expires_at is null or k.expires_at > now())`}`;
  return { apiKeys: await readKeys(context, where) };
}

/** One key. @throws AppError not_found, the same for missing and foreign. */
export async function findApiKey(context: Context, apiKeyId: string): Promise<ApiKey> {
  const [key] = await readKeys(context, sql`k.id = ${apiKeyId}`);
  if (!key)
    throw new AppError("not_found", `There is no API key ${apiKeyId} here. list_api_keys shows the ones there are.`);
  return key;
}

async function readKeys({ tx, actor }: Context, where: SQL): Promise<ApiKey[]> {
  return tx.execute<ApiKey & Record<string, unknown>>(sql`select k.id, k.name, k.last_four as "lastFour", k.scopes,
      case when k.agent_id is null then null else json_build_object('id', k.agent_id, 'name', coalesce(a.name, 'an agent')) end as agent,
      case when k.created_by_user_id is null then null
        else json_build_object('id', k.created_by_user_id, 'name', coalesce(u.name, 'somebody')) end as "createdBy",
      ${isoTime(sql`k.created_at`)} as "createdAt", ${isoTime(sql`k.expires_at`)} as "expiresAt", ${isoTime(sql`x.last_used_at`)} as "lastUsedAt",
      k.replaced_by_id as "replacedById",
      case when k.revoked_at is not null then 'revoked' when k.expires_at <= now() then 'expired'
        when m.status = 'deactivated' or a.status = 'archived' then 'suspended' else 'active' end as status
    from api_keys k
    left join agents a on a.org_id = k.org_id and a.id = k.agent_id
    left join memberships m on m.org_id = k.org_id and m.user_id = k.created_by_user_id
    left join users u on u.id = k.created_by_user_id
    left join api_key_uses x on x.org_id = k.org_id and x.key_id = k.id
    where k.org_id = ${actor.orgId} and ${where} order by k.created_at desc, k.id desc limit 500`);
}
