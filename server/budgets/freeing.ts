import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/** Who spends: every budget of one of these caps it. The organization is the actor's. */
export interface Spender {
  teamId: string;
  agentId: string | null;
  userId: string | null;
  /** The plan that the task belongs to, or that is being written. */
  planId?: string | null;
  taskId: string | null;
  sessionId: string | null;
  /** Paid with the person's own key: not the organization's money, so only the session's own budget caps it. */
  isOwnKey?: boolean;
}

/** Gives back what was set aside for calls that are not made. What has ended already stays as it is. @returns how many. */
export async function release({ tx, actor }: Context, reservationIds: readonly string[]): Promise<number> {
  if (reservationIds.length === 0) return 0;
  const [freed] = await tx.execute<{ count: number }>(
    sql`select free_reservations(${actor.orgId}, ${`{${reservationIds.join(",")}}`}::uuid[], 'released') as count`,
  );
  return freed?.count ?? 0;
}

/** Frees what the dead set aside, over all organizations: the system's job, every second. @returns how many. */
export async function expireReservations({ tx }: Context): Promise<number> {
  const [freed] = await tx.execute<{ count: number }>(
    sql`select free_reservations(null::uuid, null::uuid[], 'expired') as count`,
  );
  return freed?.count ?? 0;
}

/**
 * Keeps money set aside for a call that still runs, for a minute more. What has ended meanwhile stays ended.
 * @returns whether it was still there.
 */
export async function renewReservation({ tx, actor }: Context, reservationId: string): Promise<boolean> {
  const renewed = await tx.execute(sql`update reservations set expires_at = clock_timestamp() + interval '60 seconds'
    where org_id = ${actor.orgId} and id = ${reservationId} and status = 'open' returning 1`);
  return renewed.length > 0;
}
