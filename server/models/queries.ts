import { sql } from "drizzle-orm";
import type { z } from "zod";
import { modelTiers } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { costOf, type Tokens } from "../prices/service.ts";
import { findTeam } from "../teams/finding.ts";
import { candidatesOf } from "../llm/candidates.ts";
import { defaultRouting } from "./defaults.ts";
import type { routing, savings, savingsInput } from "./schema.ts";
import { routingOf } from "./service.ts";

/** A team's table with the state of each of its models now. @throws AppError not_found */
export async function readRouting(context: Context, teamId: string): Promise<z.output<typeof routing>> {
  await findTeam(context, teamId);
  const { tiers, routes, version, setBy } = await routingOf(context, teamId);
  const names = [...new Set(modelTiers.flatMap((tier) => tiers[tier]))];
  const models = (await candidatesOf(context, names)).map(({ model, price, why }) => ({
    ...{ model, usable: why === null, why },
    ...{ inputMicros: price?.inputMicros ?? null, outputMicros: price?.outputMicros ?? null },
  }));
  return { teamId, isDefault: version === 0, version, tiers, routes, setBy, models };
}

type Row = Tokens & { model: string; calls: number; costMicros: number } & Record<string, unknown>;

/**
 * What routing saved: the tokens that were used at the price of the top tier's first model, less what they cost. Local
 * calls count with all of it.
 */
export async function readSavings(
  context: Context,
  input: z.output<typeof savingsInput>,
): Promise<z.output<typeof savings>> {
  const { tx, actor, now } = context;
  if (input.teamId) await findTeam(context, input.teamId);
  const to = input.lastDay ?? now.toISOString().slice(0, 10);
  const from = input.firstDay ?? `${to.slice(0, 8)}01`;
  if (from > to) throw new AppError("invalid", `The period ends (${to}) before it begins (${from}).`);
  const visible = actor.teams === "all" ? sql`` : sql`and u.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[])`;
  const rows =
    await tx.execute<Row>(sql`select u.model, count(*)::int as calls, sum(u.cost_micros)::float8 as "costMicros",
      sum(u.input_tokens)::float8 as "inputTokens", sum(u.output_tokens)::float8 as "outputTokens",
      sum(u.cache_read_tokens)::float8 as "cacheReadTokens", sum(u.cache_write_tokens)::float8 as "cacheWriteTokens"
    from usage_records u where u.org_id = ${actor.orgId} ${visible} ${input.teamId ? sql`and u.team_id = ${input.teamId}` : sql``}
      and u.booked_at >= ${from}::timestamp at time zone 'utc' and u.booked_at < (${to}::date + 1)::timestamp at time zone 'utc'
    group by 1 order by 3 desc, 1 limit 200`);
  const { tiers } = input.teamId ? await routingOf(context, input.teamId) : defaultRouting;
  const top = (await candidatesOf(context, tiers.large)).find(({ price }) => price && price.outputMicros > 0);
  const models = rows.map((row) => ({
    ...{ model: row.model, calls: row.calls, costMicros: row.costMicros },
    savedMicros: top?.price ? Math.max(0, costOf(top.price, row) - row.costMicros) : 0,
  }));
  const total = (key: "costMicros" | "savedMicros") => models.reduce((sum, model) => sum + model[key], 0);
  const [costMicros, savedMicros] = [total("costMicros"), total("savedMicros")];
  return {
    from,
    to,
    costMicros,
    savedMicros,
    topModel: top?.model ?? null,
    topCostMicros: costMicros + savedMicros,
    models,
  };
}
