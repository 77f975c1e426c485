import { sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { findLiveKeys } from "./actor.ts";

/** Somebody who waits, and what they came with. */
export interface WaitingCaller {
  orgId: string;
  actorId: string;
  keyId?: string | undefined;
  signInId?: string | undefined;
  familyId?: string | undefined;
}

/**
 * Who of those that wait would not be let in any more: their key, sign-in or token ended, or they left the organization.
 * In a system transaction; two statements, whatever their number.
 */
export async function findEndedCallers<Caller extends WaitingCaller>(
  tx: Tx,
  callers: readonly Caller[],
): Promise<Set<Caller>> {
  const keyIds = [...new Set(callers.flatMap(({ keyId }) => keyId ?? []))];
  const live = keyIds.length > 0 ? await findLiveKeys(tx, keyIds) : new Set<string>();
  const asked = callers.map((caller, n) => ({
    ...{ n, org_id: caller.orgId, actor_id: caller.actorId, sign_in: caller.signInId, family: caller.familyId },
  }));
  const isLive = (column: string) => sql`exists (select 1 from sign_ins s
    where s.id = a.${sql.identifier(column)} and s.revoked_at is null and s.expires_at > now())`;
  const gone = await tx.execute<{ n: number }>(sql`select a.n
    from jsonb_to_recordset(${JSON.stringify(asked)}::text::jsonb) as a(n int, org_id uuid, actor_id uuid, sign_in uuid, family uuid)
    where (a.sign_in is not null and not ${isLive("sign_in")}) or (a.family is not null and not ${isLive("family")})
      or not (exists (select 1 from memberships m where m.org_id = a.org_id and m.user_id = a.actor_id and m.status = 'active')
        or exists (select 1 from agents g where g.org_id = a.org_id and g.id = a.actor_id and g.status <> 'archived'))`);
  const ended = new Set(gone.map(({ n }) => n));
  return new Set(callers.filter(({ keyId }, n) => ended.has(n) || (keyId !== undefined && !live.has(keyId))));
}
