import { sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import type { Context } from "../context.ts";

/** Marks an answer as told to its asker. @returns false when it was told before. */
export async function tellAnswer({ tx, actor, now }: Context, requestId: string): Promise<boolean> {
  const told = await tx.execute(sql`insert into told_answers (org_id, request_id, told_at)
    select h.org_id, h.id, ${now.toISOString()}::timestamptz from human_requests h
    where h.org_id = ${actor.orgId} and h.id = ${requestId} and h.status <> 'pending' and h.asked_by->>'id' = ${actor.id}
    on conflict do nothing returning 1`);
  return told.length > 0;
}

/** Answers older than this are not pushed at anybody; they stand on the task and in list_requests. */
const freshDays = 7;

/**
 * For each of these agents the oldest closed request of its own that it was not told of; one query whatever their number.
 * Withdrawn ones are told too: whoever waits must learn that no answer will come.
 */
export async function findUntold(
  tx: Tx,
  agents: readonly { orgId: string; agentId: string }[],
): Promise<Map<string, string>> {
  if (agents.length === 0) return new Map();
  const asked = JSON.stringify(agents.map(({ orgId, agentId }) => ({ o: orgId, a: agentId })));
  const rows = await tx.execute<{ agent: string; id: string }>(sql`
    select q.a as agent, h.id from (select distinct o, a from jsonb_to_recordset(${asked}::text::jsonb) as q(o uuid, a text)) q,
      lateral (select h.id from human_requests h where h.org_id = q.o and h.asked_by->>'id' = q.a
        and h.closed_at > now() - make_interval(days => ${freshDays}) and h.policy_id is null
        and h.closed_by->>'id' is distinct from q.a
        and not exists (select 1 from told_answers t where t.org_id = h.org_id and t.request_id = h.id)
        order by h.closed_at, h.id limit 1) h`);
  return new Map(rows.map(({ agent, id }) => [agent, id]));
}
