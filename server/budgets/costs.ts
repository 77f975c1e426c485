import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTeam } from "../teams/finding.ts";
import type { CostSummary, costGroups, costSummaryInput } from "./schema.ts";

type Amounts = CostSummary["total"];
type Group = (typeof costGroups)[number];

const mostDays = 400;
const dayMs = 86_400_000;

/** What was spent in a period, from the usage records themselves: the teams the actor sees, or one of them. Days are UTC. */
export async function summarizeCosts(context: Context, input: z.output<typeof costSummaryInput>): Promise<CostSummary> {
  const { tx, actor, now } = context;
  if (input.teamId) await findTeam(context, input.teamId);
  const today = now.toISOString().slice(0, 10);
  const to = input.lastDay ?? today;
  const from = input.firstDay ?? `${to.slice(0, 8)}01`;
  const days = (Date.parse(to) - Date.parse(from)) / dayMs;
  if (days < 0) throw new AppError("invalid", `The period ends (${to}) before it begins (${from}).`);
  if (days > mostDays) throw new AppError("invalid", `Ask for at most ${mostDays} days at once.`);
  const visible = actor.teams === "all" ? sql`` : sql`and u.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[])`;
  const whose = sql`u.org_id = ${actor.orgId} ${visible} ${input.teamId ? sql`and u.team_id = ${input.teamId}` : sql``}`;
  const when = sql`u.booked_at >= ${from}::timestamp at time zone 'utc' and u.booked_at < (${to}::date + 1)::timestamp at time zone 'utc'`;
  const [total] = await tx.execute<Row>(sql`select ${amounts} from usage_records u where ${whose} and ${when}`);
  const [spent] = await tx.execute<{ micros: number }>(sql`select coalesce(sum(u.cost_micros), 0)::float8 as micros
    from usage_records u where ${whose} and u.booked_at >= ${today}::timestamp at time zone 'utc'`);
  const groups: CostSummary["groups"] = [];
  for (const by of new Set(input.by)) groups.push({ by, rows: await split(context, by, sql`${whose} and ${when}`) });
  if (!total || !spent) throw new Error("a sum gave no row");
  return { from, to, total, todayMicros: spent.micros, groups };
}

type Row = Amounts & Record<string, unknown>;

const sum = (column: string) => sql`coalesce(sum(u.${sql.identifier(column)}), 0)::float8`;
const amounts = sql`count(*)::int as calls, ${sum("input_tokens")} as "inputTokens", ${sum("output_tokens")} as "outputTokens",
  ${sum("cache_read_tokens")} as "cacheReadTokens", ${sum("cache_write_tokens")} as "cacheWriteTokens",
  ${sum("cost_micros")} as "costMicros", ${sum("uncovered_micros")} as "uncoveredMicros",
  coalesce(sum(u.cost_micros) filter (where u.own_key), 0)::float8 as "ownKeyMicros"`;

/** How the rows of a group are told apart, and called. */
const keys: Record<Group, { key: SQL; name: SQL; join: SQL; order: SQL }> = {
  day: {
    key: sql`((u.booked_at at time zone 'utc')::date)::text`,
    name: sql`((u.booked_at at time zone 'utc')::date)::text`,
    join: sql``,
    order: sql`1`,
  },
  model: { key: sql`u.model`, name: sql`u.model`, join: sql``, order: sql`"costMicros" desc, 1` },
  agent: {
    key: sql`coalesce(u.agent_id, u.user_id)::text`,
    name: sql`coalesce(a.name, p.name, 'somebody')`,
    join: sql`left join agents a on a.org_id = u.org_id and a.id = u.agent_id left join users p on p.id = u.user_id`,
    order: sql`"costMicros" desc, 1`,
  },
  task: {
    key: sql`coalesce(u.task_id::text, '')`,
    name: sql`coalesce('#' || t.number || ' ' || t.title, 'Without a task')`,
    join: sql`left join tasks t on t.org_id = u.org_id and t.id = u.task_id`,
    order: sql`"costMicros" desc, 1`,
  },
  team: {
    key: sql`u.team_id::text`,
    name: sql`m.name`,
    join: sql`join teams m on m.org_id = u.org_id and m.id = u.team_id`,
    order: sql`"costMicros" desc, 1`,
  },
};

function split({ tx }: Context, by: Group, where: SQL) {
  const { key, name, join, order } = keys[by];
  const limit = by === "day" ? mostDays + 1 : 200;
  return tx.execute<Row & { key: string; name: string }>(sql`select ${key} as key, ${name} as name, ${amounts}
    from usage_records u ${join} where ${where} group by 1, 2 order by ${order} limit ${limit}`);
}
