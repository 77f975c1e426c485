import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/** The asker has heard the answer: it is not brought again. */
export async function tellAnswer({ tx, actor, now }: Context, requestId: string): Promise<void> {
  await tx.execute(sql`insert into told_answers (org_id, request_id, told_at)
    select h.org_id, h.id, ${now.toISOString()}::timestamptz from human_requests h
    where h.org_id = ${actor.orgId} and h.id = ${requestId} and h.status <> 'pending' and h.asked_by->>'id' = ${actor.id}
    on conflict (org_id, request_id) do update set again_at = null`);
}

/** Answers older than this are not pushed at anybody; they stand on the task and in list_requests. */
const freshDays = 7;

/**
 * Closed requests of agent `q` (`q.o`, `q.a`) that it must be told of. Withdrawn ones too: whoever waits must learn that
 * no answer will come. What it ended itself, or was granted in the moment of asking, it knows.
 */
const untold = sql`human_requests h left join told_answers t on t.org_id = h.org_id and t.request_id = h.id
  where h.org_id = q.o and h.asked_by->>'id' = q.a::text and h.closed_at > now() - make_interval(days => ${freshDays})
    and h.policy_id is null and h.closed_by->>'id' is distinct from q.a::text
    and (t.request_id is null or t.again_at <= clock_timestamp())`;

/** In SQL: is there an answer for the idle agent `i` (`i.o`, `i.a`) now? */
export const answersDue: SQL = sql`exists (select 1 from (select i.o, i.a) q, lateral (select 1 from ${untold}) h)`;

/** Told again after this time, unless it was heard. */
const againSeconds = 15;

interface Given {
  orgId: string;
  agentId: string;
  requestId: string;
}

/** Takes the oldest untold answer of each of these agents, and hides it from a second taker for a moment. */
export async function takeAnswers(
  { tx }: Context,
  agents: readonly { orgId: string; agentId: string }[],
): Promise<Given[]> {
  const asked = JSON.stringify(agents.map(({ orgId, agentId }) => ({ o: orgId, a: agentId })));
  return tx.execute<Given & Record<string, unknown>>(sql`
    with asked as materialized (
      select distinct a.org_id as o, a.id as a from jsonb_to_recordset(${asked}::text::jsonb) as q(o uuid, a uuid)
        join agents a on a.org_id = q.o and a.id = q.a and a.status = 'active'
        join teams t on t.org_id = a.org_id and t.id = a.team_id and t.paused_at is null and t.archived_at is null
        join organizations o on o.org_id = a.org_id and o.paused_at is null
    ), due as materialized (
      select q.o, q.a, h.id from asked q, lateral (select h.id from ${untold} order by h.closed_at, h.id limit 1) h
    ), told as (
      insert into told_answers (org_id, request_id, told_at, again_at)
      select d.o, d.id, clock_timestamp(), clock_timestamp() + make_interval(secs => ${againSeconds}) from due d order by d.o, d.id
      on conflict (org_id, request_id) do update set told_at = excluded.told_at, again_at = excluded.again_at
        where told_answers.again_at <= clock_timestamp()
      returning org_id, request_id
    )
    select d.o as "orgId", d.a as "agentId", d.id as "requestId" from due d join told t on t.org_id = d.o and t.request_id = d.id`);
}

/** The agent hung up before it was told: the answer is due again at once. */
export async function putAnswerBack({ tx }: Context, { orgId, requestId }: Given): Promise<void> {
  await tx.execute(sql`update told_answers set again_at = clock_timestamp()
    where org_id = ${orgId} and request_id = ${requestId} and again_at is not null`);
}
