import { sql } from "drizzle-orm";
import type { z } from "zod";
import { livingStatuses } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { findMember } from "./finding.ts";
import type { Quota, setQuotaInput } from "./schema.ts";

const everybody = "00000000-0000-0000-0000-000000000000";
const none: Quota = { sessionsAtOnce: null, hoursADay: null, tokensADay: null, microsADay: null };

/** Says how much of sessions a person may use, or everybody who has no quota of their own. */
export async function setQuota(context: Context, { userId, ...limits }: z.output<typeof setQuotaInput>): Promise<void> {
  if (userId) await findMember(context, userId);
  await record(context, "quota.set", [{ subject: userId ?? context.actor.orgId, data: { userId, ...limits } }]);
}

/** What a person may use: their own quota, else everybody's, else what is usual in this installation. */
export async function quotaOf({ tx, actor, settings }: Context, userId: string | null): Promise<Quota> {
  const [quota] = await tx.execute<
    Quota & Record<string, unknown>
  >(sql`select sessions_at_once as "sessionsAtOnce", hours_a_day as "hoursADay",
      tokens_a_day::float8 as "tokensADay", micros_a_day::float8 as "microsADay" from quotas
    where org_id = ${actor.orgId} and user_id in (${userId ?? everybody}, ${everybody}) order by user_id = ${everybody} limit 1`);
  return quota ?? settings.usualQuota ?? none;
}

/** What a person uses: sessions that live, and hours, tokens and money of today (UTC). */
export async function usedBy({ tx, actor, now }: Context, userId: string): Promise<Quota> {
  const today = sql`date_trunc('day', ${now.toISOString()}::timestamptz at time zone 'UTC') at time zone 'UTC'`;
  const [used] = await tx.execute<Quota & Record<string, unknown>>(sql`select
      (select count(*)::int from sessions s where s.org_id = ${actor.orgId} and s.user_id = ${userId}
        and s.status in ${livingStatuses}) as "sessionsAtOnce",
      (select coalesce(sum(extract(epoch from least(coalesce(s.ended_at, ${now.toISOString()}::timestamptz), ${now.toISOString()}::timestamptz)
          - greatest(s.started_at, ${today})) / 3600), 0)::float8 from sessions s
        where s.org_id = ${actor.orgId} and s.user_id = ${userId} and coalesce(s.ended_at, 'infinity') > ${today}) as "hoursADay",
      (select coalesce(sum(u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_tokens), 0)::float8
        from usage_records u where u.org_id = ${actor.orgId} and u.user_id = ${userId} and u.booked_at >= ${today}) as "tokensADay",
      (select coalesce(sum(u.cost_micros), 0)::float8 from usage_records u
        where u.org_id = ${actor.orgId} and u.user_id = ${userId} and not u.own_key and u.booked_at >= ${today}) as "microsADay"`);
  return used ?? none;
}

const words = {
  sessionsAtOnce: (limit: number) => `${limit} sessions at once. Stop one first.`,
  hoursADay: (limit: number) => `${limit} hours of sessions a day. It begins anew at midnight UTC.`,
  tokensADay: (limit: number) => `${limit} tokens a day. It begins anew at midnight UTC.`,
  microsADay: (limit: number) => `$${limit / 1_000_000} a day. It begins anew at midnight UTC.`,
};

/**
 * Refuses to begin another session or scheduled task of somebody whose quota is used up. Two at once are counted one
 * after the other.
 * @throws AppError over_budget, naming the quota and who changes it.
 */
export async function refuseOverQuota(context: Context, userId: string): Promise<void> {
  const limits = await quotaOf(context, userId);
  if (Object.values(limits).every((limit) => limit === null)) return;
  await context.tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`${context.actor.orgId}|${userId}|quota`}, 0))`,
  );
  const used = await usedBy(context, userId);
  for (const name of ["sessionsAtOnce", "hoursADay", "tokensADay", "microsADay"] as const) {
    const limit = limits[name];
    if (limit === null || (used[name] ?? 0) < limit) continue;
    throw new AppError("over_budget", `The quota is used up: ${words[name](limit)} Admins change it with set_quota.`);
  }
}
