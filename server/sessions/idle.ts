import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { moveSession } from "./driven.ts";
import type { Held } from "./driving.ts";
import { lockSessionRow } from "./finding.ts";

/** Why a session was stopped in which nothing was said for long. */
export const idleReason = "Nothing was said for a while. Say something, and it goes on.";

/**
 * Sessions, over all organizations, in which nothing was said or done for so long: nobody works in them, waits in them, or
 * has a terminal open in their sandbox.
 */
export async function findIdle({ tx }: Context, idleMinutes: number): Promise<Held[]> {
  return tx.execute<Held & Record<string, unknown>>(sql`select s.org_id as "orgId", s.id as "sessionId" from sessions s
    where s.agent_kind is not null and s.status = 'ready' and ${isIdle(idleMinutes)} order by s.id limit 100`);
}

/** Stops one of them, if it still is. What it had said stays, and the next word takes it up. */
export async function stopIdle(context: Context, sessionId: string, idleMinutes: number): Promise<boolean> {
  const session = await lockSessionRow(context, sessionId);
  const [still] =
    await context.tx.execute(sql`select 1 from sessions s where s.org_id = ${session.orgId} and s.id = ${sessionId}
    and s.status = 'ready' and ${isIdle(idleMinutes)}`);
  if (!still) return false;
  await moveSession(context, session, "stopped", { reason: idleReason });
  return true;
}

const isIdle = (
  minutes: number,
) => sql`coalesce(s.last_used_at, s.started_at) < now() - make_interval(mins => ${minutes})
  and not exists (select 1 from session_messages m where m.org_id = s.org_id and m.session_id = s.id and m.status in ('queued', 'running'))
  and not exists (select 1 from terminals x where x.org_id = s.org_id and x.session_id = s.id and x.ended_at is null)
  and not exists (select 1 from session_runs r join lease_clocks c on c.org_id = r.org_id and c.lease_id = r.lease_id
    where r.org_id = s.org_id and r.session_id = s.id and c.parked_at is null)`;
