import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { findTeam } from "../teams/finding.ts";
import type { Budget } from "./schema.ts";
import { findBudget } from "./service.ts";

/** The budgets the actor may see with their counters of now, the organization's first. */
export async function listBudgets(context: Context, { teamId }: { teamId?: string | undefined }): Promise<Budget[]> {
  const { actor } = context;
  if (teamId) await findTeam(context, teamId);
  const visible =
    actor.teams === "all"
      ? sql`true`
      : sql`(b.team_id is null or b.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[]))`;
  return readBudgets(context, sql`${visible} ${teamId ? sql`and (b.team_id = ${teamId} or b.scope = 'org')` : sql``}`);
}

/** One budget. @throws AppError not_found */
export async function readBudget(context: Context, budgetId: string): Promise<Budget> {
  await findBudget(context, budgetId);
  const [budget] = await readBudgets(context, sql`b.id = ${budgetId}`);
  if (!budget) throw new Error("a budget that was found cannot be read");
  return budget;
}

/** The budgets of these scopes. */
export const budgetsOf = (context: Context, scopes: string): Promise<Budget[]> =>
  readBudgets(context, sql`b.scope_id = any(${scopes}::uuid[])`);

/** In SQL: the question of the counter `c`, while people have not answered it. */
export const openQuestion: SQL = sql`(select h.id from human_requests h
  where h.org_id = c.org_id and h.id = c.request_id and h.status = 'pending')`;

async function readBudgets({ tx, actor, now }: Context, where: SQL): Promise<Budget[]> {
  const at = sql`${now.toISOString()}::timestamptz`;
  return tx.execute<
    Budget & Record<string, unknown>
  >(sql`select b.id, b.scope, b.scope_id as "scopeId", b.team_id as "teamId", b.period,
      coalesce(o.name, m.name, a.name, u.name, 'Plan ' || pl.number || ': ' || pl.title, '#' || t.number || ' ' || t.title, s.name, '') as name, p.start::text as "periodStart",
      case b.period when 'life' then null when 'day' then ${isoTime(sql`((p.start + 1)::timestamp at time zone 'utc')`)}
        else ${isoTime(sql`((p.start + interval '1 month')::timestamp at time zone 'utc')`)} end as "resetsAt",
      b.cap_micros::float8 as "capMicros", coalesce(c.settled_micros, 0)::float8 as "settledMicros",
      coalesce(c.reserved_micros, 0)::float8 as "reservedMicros",
      greatest(0, b.cap_micros - coalesce(c.settled_micros, 0) - coalesce(c.reserved_micros, 0))::float8 as "leftMicros",
      case when coalesce(c.settled_micros, 0) >= b.cap_micros or (c.exhausted_at is not null and c.settled_micros * 5 >= b.cap_micros * 4)
        then 'stopped' when coalesce(c.settled_micros, 0) * 5 >= b.cap_micros * 4 then 'warned' else 'open' end as state,
      ${openQuestion} as "requestId"
    from budgets b cross join lateral (select budget_period_start(b.period, ${at}) as start) p
    left join budget_counters c on c.org_id = b.org_id and c.budget_id = b.id and c.period_start = p.start
    left join organizations o on o.org_id = b.org_id and b.scope = 'org'
    left join teams m on m.org_id = b.org_id and m.id = b.scope_id
    left join agents a on a.org_id = b.org_id and a.id = b.scope_id
    left join users u on b.scope = 'user' and u.id = b.scope_id
    left join tasks t on t.org_id = b.org_id and t.id = b.scope_id
    left join plans pl on pl.org_id = b.org_id and pl.id = b.scope_id
    left join sessions s on s.org_id = b.org_id and s.id = b.scope_id
    where b.org_id = ${actor.orgId} and b.removed_at is null and ${where}
    order by array_position(array['org', 'team', 'agent', 'user', 'plan', 'task', 'session'], b.scope), name, b.period limit 500`);
}
