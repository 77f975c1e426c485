import { sql } from "drizzle-orm";
import type { z } from "zod";
import { type Complexity, modelTiers, type TaskStatus, type TaskType } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { candidatesOf } from "../llm/candidates.ts";
import { routeWork } from "../models/routing.ts";
import { routingOf } from "../models/service.ts";
import { documentOf } from "../plans/finding.ts";
import { readPlan } from "../plans/queries.ts";
import { type Ahead, type Band, forecast } from "./forecast.ts";
import { learn, type Past, type Work } from "./learning.ts";
import type { forecastPlanInput, PlanForecast } from "./schema.ts";

const mostPast = 300;
const usualMinutes: Record<Complexity, number> = { simple: 15, medium: 30, complex: 60 };
const usualMicros: Record<Complexity, number> = { simple: 50_000, medium: 200_000, complex: 600_000 };

interface Left {
  key: string;
  type: TaskType;
  complexity: Complexity;
  estimateMinutes: number | null;
  estimateCostMicros: number | null;
  dependsOn: readonly string[];
  worked: number;
  modelTier: string | null;
  /** Who is to do it, or does. */
  agent: string | null;
}

/** An agent that may take tasks, and the tier or model that was chosen for it. */
interface Engineer {
  id: string;
  isModel: boolean;
  model: string | null;
}

/** When a plan is done and what it costs, by what tasks of this team took so far: per type, model and agent. */
export async function forecastPlan(
  context: Context,
  { planId, agents: asked, budgetMicros }: z.output<typeof forecastPlanInput>,
): Promise<PlanForecast> {
  const plan = await readPlan(context, planId);
  const left =
    plan.approvedVersion === null
      ? await tasksOfDraft(context, planId, plan.latestVersion)
      : await tasksOnBoard(context, planId);
  const { minutes, micros, bills } = await learnedIn(context, plan.teamId);
  const engineers = await engineersOf(context, plan.teamId);
  const whoDoes = await workersOf(context, plan.teamId, engineers, left);
  const agents = asked ?? Math.max(1, engineers.length);
  const places = new Map(left.map(({ key }, place) => [key, place]));
  const ahead = left.map(({ dependsOn, worked, ...task }): Ahead => {
    const work = { type: task.type, complexity: task.complexity, ...whoDoes(task) };
    const cost = micros.expect({ ...work, estimate: task.estimateCostMicros });
    return {
      dependsOn: dependsOn.flatMap((key) => places.get(key) ?? []),
      minutes: minutes.expect({ ...work, estimate: task.estimateMinutes }),
      // Where finished work never cost anything and nobody said that it would, nothing is expected.
      micros: bills || task.estimateCostMicros ? cost : { ...cost, center: Number.NEGATIVE_INFINITY },
      worked,
    };
  });
  const spent = plan.costMicros;
  const cap = budgetMicros ?? plan.capMicros;
  const result = forecast(ahead, { agents });
  const reach = (capMicros: number) => result.shareWithin(capMicros - spent);
  const others = [...new Set([1, 2, 3, 4, agents + 1])].filter((count) => count !== agents).toSorted((a, b) => a - b);
  const at = (after: number) => new Date(context.now.getTime() + after * 60_000).toISOString();
  return {
    ...{
      agents,
      left: left.length,
      minutes: rounded(result.minutes, 1),
      spentMicros: spent,
      capMicros: cap,
    },
    costMicros: rounded(
      {
        low: spent + result.costMicros.low,
        likely: spent + result.costMicros.likely,
        high: spent + result.costMicros.high,
      },
      1,
    ),
    endsAt: { low: at(result.minutes.low), likely: at(result.minutes.likely), high: at(result.minutes.high) },
    withinCap: cap === null ? null : reach(cap),
    budgets: budgetsAround(result.costMicros, spent).map((capMicros) => ({ capMicros, withinCap: reach(capMicros) })),
    learnedFrom: minutes.count,
    criticalPath: result.criticalPath.flatMap((place) => left[place]?.key ?? []),
    whatIf: others.map((count) => ({ agents: count, minutes: rounded(forecast(ahead, { agents: count }).minutes, 1) })),
  };
}

const quarter = 250_000;

/** Round sums from what is just enough with luck to what is enough nearly always. */
function budgetsAround({ low, likely, high }: Band, spent: number): number[] {
  if (high === 0) return [];
  const step = high > 100 * quarter ? 20 * quarter : high > 20 * quarter ? 4 * quarter : quarter;
  return [...new Set([low, likely, high].map((micros) => Math.ceil((spent + micros) / step) * step))];
}

/**
 * What finished tasks of a team took: minutes that somebody held them, and what they cost; by whom (who held them last), and
 * with which model (the one most was spent with).
 */
async function learnedIn({ tx, actor }: Context, teamId: string) {
  type Row = Omit<Past, "actual" | "estimate"> & {
    minutes: number;
    micros: number;
    estimateMinutes: number | null;
    estimateMicros: number | null;
  } & Record<string, unknown>;
  const past = await tx.execute<Row>(sql`with page as materialized (
      select * from tasks t where t.org_id = ${actor.orgId} and t.team_id = ${teamId} and t.status = 'done'
        order by t.number desc limit ${mostPast}
    ), held as materialized (
      select l.task_id, sum(extract(epoch from coalesce(l.ended_at, l.started_at) - l.started_at)) / 60 as minutes,
        (array_agg(l.agent_id::text order by l.fence desc))[1] as agent from leases l
        where l.org_id = ${actor.orgId} and l.task_id = any(array(select id from page)) group by 1
    ), used as materialized (
      select u.task_id, u.model, row_number() over (partition by u.task_id order by sum(u.cost_micros) desc, count(*) desc, u.model) as rank
        from usage_records u where u.org_id = ${actor.orgId} and u.team_id = ${teamId}
          and u.booked_at >= (select min(created_at) from page) and u.task_id = any(array(select id from page)) group by 1, 2)
    select t.type, t.complexity, t.estimate_minutes as "estimateMinutes", t.estimate_cost_micros::float8 as "estimateMicros",
      h.minutes::float8 as minutes, coalesce(c.cost_micros, 0)::float8 as micros, h.agent, m.model
    from page t join held h on h.task_id = t.id left join used m on m.task_id = t.id and m.rank = 1
      left join task_costs c on c.org_id = ${actor.orgId} and c.task_id = t.id`);
  const told = ({ type, complexity, agent, model }: Row) => ({ type, complexity, agent, model });
  return {
    minutes: learn(
      past.map((row) => ({ ...told(row), estimate: row.estimateMinutes, actual: row.minutes })),
      ({ estimate, complexity }) => estimate ?? usualMinutes[complexity],
    ),
    micros: learn(
      past.map((row) => ({ ...told(row), estimate: row.estimateMicros, actual: row.micros })),
      ({ estimate, complexity }) => estimate ?? usualMicros[complexity],
    ),
    bills: past.some(({ micros }) => micros > 0),
  };
}

async function engineersOf({ tx, actor }: Context, teamId: string): Promise<Engineer[]> {
  return tx.execute<Engineer & Record<string, unknown>>(sql`select id, runtime = 'model' as "isModel", model from agents
    where org_id = ${actor.orgId} and team_id = ${teamId} and role = 'engineer' and status = 'active' order by id`);
}

/**
 * Who will do a task and with which model, as far as that stands now: who is assigned or the only one there, and the first
 * usable model of its chain where the team's agents are models.
 */
async function workersOf(
  context: Context,
  teamId: string,
  engineers: readonly Engineer[],
  left: readonly Left[],
): Promise<(task: Omit<Left, "dependsOn" | "worked">) => Pick<Work, "agent" | "model">> {
  const only = engineers.length === 1 ? (engineers[0]?.id ?? null) : null;
  const routing = await routingOf(context, teamId);
  const chainOf = ({ type, complexity, modelTier, agent }: Omit<Left, "dependsOn" | "worked">): readonly string[] => {
    const engineer = engineers.find(({ id }) => id === (agent ?? only));
    if (engineer ? !engineer.isModel : !engineers.some(({ isModel }) => isModel)) return [];
    const chosen = modelTier ?? engineer?.model ?? null;
    const tier = modelTiers.find((one) => one === chosen) ?? null;
    return routeWork(routing, { type, complexity, tier, model: chosen?.includes("/") ? chosen : null }).models;
  };
  const chains = new Set(left.flatMap(chainOf));
  const candidates = chains.size === 0 ? [] : await candidatesOf(context, [...chains]);
  const usable = new Set(candidates.flatMap(({ model, why }) => (why === null ? [model] : [])));
  return (task) => ({
    agent: task.agent ?? only,
    model: chainOf(task).find((model) => usable.has(model)) ?? null,
  });
}

async function tasksOfDraft(context: Context, planId: string, version: number): Promise<Left[]> {
  if (version === 0) return [];
  return (await documentOf(context, planId, version)).tasks.map((task) => ({ ...task, worked: 0, agent: null }));
}

async function tasksOnBoard({ tx, actor }: Context, planId: string): Promise<Left[]> {
  type Row = Left & { status: TaskStatus } & Record<string, unknown>;
  const rows = await tx.execute<Row>(sql`select coalesce(t.plan_key, t.id::text) as key, t.type, t.complexity, t.status,
      t.estimate_minutes as "estimateMinutes", t.estimate_cost_micros::float8 as "estimateCostMicros", t.model_tier as "modelTier",
      case t.assignee_kind when 'agent' then t.assignee_id::text end as agent,
      array(select b.plan_key from task_dependencies d join tasks b on b.org_id = d.org_id and b.id = d.depends_on_id
        where d.org_id = t.org_id and d.task_id = t.id and b.plan_id = t.plan_id and b.status not in ('done', 'cancelled')) as "dependsOn",
      coalesce((select extract(epoch from now() - l.started_at) / 60 from leases l where l.org_id = t.org_id and l.task_id = t.id
        and l.ended_at is null), 0)::float8 as worked
    from tasks t where t.org_id = ${actor.orgId} and t.plan_id = ${planId} and t.status not in ('done', 'cancelled') order by t.number`);
  return [...rows];
}

const rounded = ({ low, likely, high }: Band, to: number): Band => ({
  low: Math.round(low / to) * to,
  likely: Math.round(likely / to) * to,
  high: Math.round(high / to) * to,
});
