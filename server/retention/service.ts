import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/** Rows that no event tells of: each serves a retry, a probe or a look back for so long, and nobody afterwards. */
const outlived = {
  receipts: sql`created_at < now() - interval '1 day'`,
  reservations: sql`ended_at < now() - interval '30 days'`,
  worker_beats: sql`beat_at < now() - interval '1 day'`,
  realtime_nodes: sql`beat_at < now() - interval '1 day'`,
  password_resets: sql`expires_at < now() - interval '1 day'`,
  profile_sign_ins: sql`expires_at < now() - interval '1 day'`,
  sign_in_attempts: sql`ends_at < now() - interval '1 hour'`,
  provider_sign_ins: sql`expires_at < now() - interval '1 day' and status <> 'pending'`,
  device_sign_ins: sql`expires_at < now() - interval '1 day'`,
  refresh_tokens: sql`expires_at < now()`,
  event_tickets: sql`expires_at < now()`,
  realtime_minutes: sql`minute < now() - interval '2 hours'`,
  tool_calls: sql`started_at < now() - interval '90 days'`,
  knowledge_queries: sql`asked_at < now() - interval '1 hour'`,
  mcp_tasks: sql`expires_at < now()`,
  mcp_used_states: sql`used_at < now() - interval '1 day'`,
  // Long enough for a provider's last retry and for a person who looks back; an id that comes later than that is new.
  webhook_deliveries: sql`received_at < now() - interval '90 days'`,
  // The last entry of a counter stays: it holds the sums of all before it, and doctor compares them with the counter.
  ledger: sql`at < now() - interval '90 days' and exists (select 1 from ledger later where later.org_id = ledger.org_id
    and later.budget_id = ledger.budget_id and later.period_start = ledger.period_start and later.id > ledger.id)`,
  webhook_secrets: sql`expires_at < now()`,
  github_app_requests: sql`expires_at < now() - interval '1 day'`,
  sign_ins: sql`least(revoked_at, expires_at) < now() - interval '30 days'`,
} satisfies Record<string, SQL>;

/**
 * Removes operational rows that outlived their use, at most `batch` of a table. They are found by reading the tables:
 * an index on their age would cost every command more than an hourly look at a day's rows.
 * @returns how many rows went, and whether there may be more.
 */
export async function trimOutlived({ tx }: Context, batch = 5_000): Promise<{ removed: number; more: boolean }> {
  const counts: number[] = [];
  for (const [name, isOutlived] of Object.entries(outlived)) {
    const table = sql.identifier(name);
    // What another worker is removing at this moment is left to it.
    const [gone] = await tx.execute<{ rows: number }>(sql`with gone as (
        delete from ${table} where ctid = any(array(
          select ctid from ${table} where ${isOutlived} limit ${batch} for update skip locked))
        returning 1)
      select count(*)::int as rows from gone`);
    counts.push(gone?.rows ?? 0);
  }
  return { removed: counts.reduce((sum, count) => sum + count, 0), more: counts.some((count) => count === batch) };
}
