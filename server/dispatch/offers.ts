import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import type { Seeker } from "../leases/service.ts";
import { noticeDue } from "./notices.ts";

/** An agent with free capacity: a parked request, or a turn the worker could start. */
export interface Idle {
  orgId: string;
  teamId: string;
  agentId: string;
  /** Reviewers are offered reviews, all others tasks. */
  reviews: boolean;
}

/** What is ready right now for idle agents. */
export interface Offers {
  /** Agents for whom there is a notice. */
  noticed: Set<string>;
  /** Agents for whom something is ready that is theirs alone. */
  own: Set<string>;
  /** Agents that come by themselves: some plans are for them alone, some for all others. */
  external: Set<string>;
  /** Ready and anybody's, per team, kind and mode; at most `mostPerTeam`. */
  free: Map<string, number>;
  /** Agents that have used up their own money: nothing is for them. */
  stopped: Set<string>;
}

/** Enough to fill every waiter of a team in a few rounds; bounds the scan when thousands of tasks are ready. */
const mostPerTeam = 64;

/** A task of a plan is given while the plan is not paused, and only to agents of its mode: as `pick_tasks` has it. */
const isGiven = (mode: "i.m" | "p.m"): SQL => sql`(k.plan_id is null or exists (select 1 from plans q
  where q.org_id = k.org_id and q.id = k.plan_id and q.status <> 'paused' and q.mode in ('hybrid', ${sql.raw(mode)})))`;

/**
 * One query whatever their number: which of these agents could start something? Paused teams, closed ones, those without
 * money and those that work on as many tasks as they may offer nothing: nobody is sent to claim there in vain, in the place
 * of somebody else.
 */
export async function findOffers(tx: Tx, idle: readonly Idle[]): Promise<Offers> {
  const rows = await tx.execute<{
    key: string;
    what: "notice" | "own" | "free" | "stopped" | "external";
    free: number;
  }>(sql`
    with idle as materialized (
      select i.*, case a.runtime when 'external' then 'external' else 'auto' end as m from jsonb_to_recordset(${JSON.stringify(idle.map(({ orgId, teamId, agentId, reviews }) => ({ o: orgId, t: teamId, a: agentId, r: reviews })))}::text::jsonb)
        as i(o uuid, t uuid, a uuid, r boolean) join agents a on a.org_id = i.o and a.id = i.a
    ), open as materialized (
      select p.o, p.t, p.r, p.m, within_working_hours(t.working_hours, clock_timestamp()) as is_open,
        t.review_limit is null or t.review_limit > (select count(*) from tasks w where w.org_id = p.o and w.team_id = p.t
          and w.status = 'in_review' and w.archived_at is null) as has_review_room, case when p.r then ${mostPerTeam} else least(${mostPerTeam}, t.max_concurrent - (select count(*) from leases l
          where l.org_id = p.o and l.team_id = p.t and l.ended_at is null)) end as room
        from (select distinct o, t, r, m from idle) p join teams t on t.org_id = p.o and t.id = p.t
        join organizations g on g.org_id = p.o
       where t.paused_at is null and t.archived_at is null and g.paused_at is null
         and (t.working_hours is null or (t.working_hours->>'criticalAnytime')::boolean
           or within_working_hours(t.working_hours, clock_timestamp()))
         and not exists (select 1 from closed_budgets x where x.org_id = p.o and x.scope_id in (p.o, p.t))
    )
    select i.a::text as key, 'notice' as what, 0 as free from idle i join open p on p.o = i.o and p.t = i.t and p.r = i.r and p.m = i.m
     where ${noticeDue}
    union all
    select i.a::text, 'own', 0 from idle i join open p on p.o = i.o and p.t = i.t and p.r = i.r and p.m = i.m
     where p.room > 0 and case when i.r
       then exists (select 1 from reviews v where v.org_id = i.o and v.team_id = i.t and v.verdict = 'pending' and v.reviewer_id = i.a)
       else exists (select 1 from tasks k where k.org_id = i.o and k.team_id = i.t and k.assignee_id = i.a
         and k.status = 'todo' and k.open_dependencies = 0 and k.archived_at is null
         and (p.is_open or k.priority = 'critical') and (p.has_review_room or k.rework > 0)
         and not exists (select 1 from closed_budgets x where x.org_id = i.o and x.scope_id in (k.id, k.plan_id))
         and (i.m = 'external' or not exists (select 1 from task_waits w where w.org_id = i.o and w.task_id = k.id))
         and ${isGiven("i.m")}) end
    union all
    select p.t::text || p.r::text || p.m, 'free', case when p.r
       then (select count(*)::int from (select 1 from reviews v where v.org_id = p.o and v.team_id = p.t and v.verdict = 'pending'
         and v.reviewer_id is null and (missing_approvals(v.org_id, v.id)->>'agents')::int > 0 limit ${mostPerTeam}) x)
       else (select count(*)::int from (select 1 from tasks k where k.org_id = p.o and k.team_id = p.t and k.assignee_id is null
         and k.status = 'todo' and k.open_dependencies = 0 and k.archived_at is null
         and (p.is_open or k.priority = 'critical') and (p.has_review_room or k.rework > 0)
         and not exists (select 1 from closed_budgets x where x.org_id = k.org_id and x.scope_id in (k.id, k.plan_id))
         and (p.m = 'external' or not exists (select 1 from task_waits w where w.org_id = k.org_id and w.task_id = k.id))
         and ${isGiven("p.m")} limit p.room) x) end
      from open p where p.room > 0
    union all
    select i.a::text, 'external', 0 from idle i where i.m = 'external'
    union all
    select i.a::text, 'stopped', 0 from idle i where exists (select 1 from closed_budgets x where x.org_id = i.o and x.scope_id = i.a)`);
  const keysOf = (kind: "notice" | "own" | "stopped" | "external") =>
    new Set(rows.filter(({ what }) => what === kind).map(({ key }) => key));
  return {
    stopped: keysOf("stopped"),
    noticed: keysOf("notice"),
    own: keysOf("own"),
    external: keysOf("external"),
    free: new Map(rows.filter(({ what, free }) => what === "free" && free > 0).map(({ key, free }) => [key, free])),
  };
}

/** Those of the idle, in their order, for whom an offer is left: own work first, then one free piece of work each. */
export function chooseIdle<Who extends Idle>(
  idle: readonly Who[],
  { own, free, stopped, external }: Pick<Offers, "own" | "free" | "stopped" | "external">,
): Who[] {
  const left = new Map(free);
  return idle.filter((who) => {
    if (stopped.has(who.agentId)) return false;
    if (own.has(who.agentId)) return true;
    const key = `${who.teamId}${who.reviews}${external.has(who.agentId) ? "external" : "auto"}`;
    const remaining = left.get(key) ?? 0;
    if (remaining > 0) left.set(key, remaining - 1);
    return remaining > 0;
  });
}

/** What each of the idle asks the claim for: one request an agent, however many times it was chosen. */
export function seekersOf(chosen: readonly Idle[]): Seeker[] {
  const counted = new Map<string, Seeker>();
  for (const { orgId, teamId, agentId } of chosen) {
    counted.set(agentId, { orgId, teamId, agentId, max: (counted.get(agentId)?.max ?? 0) + 1 });
  }
  return [...counted.values()];
}
