import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { bundledPrices, type Rates } from "./defaults.ts";

/** The tokens of one call or of several. */
export interface Tokens {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
}

export interface Price extends Rates {
  provider: string;
  /** The name the price was found under; `*` for a model nobody knows. */
  model: string;
}

/** The name of the price that unknown models are charged at. */
export const anyModel = "*";

/** A model on an Ollama server of one's own is named after it, and costs nothing unless somebody sets a price for just it. */
const isLocal = (model: string) => /^ollama(-[a-z0-9-]+)?\//.test(model);
const free = { provider: "ollama", inputMicros: 0, outputMicros: 0, cacheReadMicros: 0, cacheWriteMicros: 0 };

/**
 * What a model costs now: the organization's own price, else the bundled one, else the organization's price for `*`. Local
 * models are free.
 * @throws AppError invalid for an unknown model: it never costs $0.
 */
export async function priceOf(context: Context, model: string): Promise<Price> {
  const price = (await pricesOf(context, [model])).get(model);
  if (price) return price;
  throw new AppError(
    "invalid",
    `Nobody knows what ${model} costs, so nothing is spent with it. list_prices shows the known models; an admin adds it with set_price, or a price for "${anyModel}" that is charged for every unknown model.`,
  );
}

/** Whether a call of this model has a price. */
export const knowsPrice = async (context: Context, model: string): Promise<boolean> =>
  (await pricesOf(context, [model])).has(model);

/** The same for several models in one query; those that nobody knows are left out. */
async function pricesOf(context: Context, models: readonly string[]): Promise<Map<string, Price>> {
  const own = await context.tx.execute<Price & Record<string, unknown>>(selectOwnPrices(context, models));
  return choosePrices(models, own);
}

/** The organization's own prices for models of these names: a query of its own, or part of another. */
export function selectOwnPrices({ actor, now }: Context, models: readonly string[]): SQL {
  const names = [...new Set(models.flatMap(namesOf)), anyModel];
  return sql`select distinct on (p.model) p.provider, p.model, p.input_micros::float8 as "inputMicros", p.output_micros::float8 as "outputMicros",
      p.cache_read_micros::float8 as "cacheReadMicros", p.cache_write_micros::float8 as "cacheWriteMicros"
    from prices p where p.org_id = ${actor.orgId} and p.valid_from <= ${now.toISOString()}::timestamptz
      and p.model in (select jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb))
    order by p.model, p.valid_from desc, p.created_at desc, p.id desc`;
}

/** What each of these costs by the organization's own prices and the bundled ones. */
export function choosePrices(models: readonly string[], own: readonly Price[]): Map<string, Price> {
  return new Map(
    models.flatMap((model) => {
      const price = choosePrice(model, own);
      return price ? [[model, price] as const] : [];
    }),
  );
}

function choosePrice(model: string, own: readonly Price[]): Price | undefined {
  const names = namesOf(model);
  if (isLocal(model)) return own.find((price) => price.model === names[0]) ?? { ...free, model };
  const found = names.flatMap((name) => [
    ...own.filter((price) => price.model === name),
    ...bundledPrices.filter((price) => price.model === name),
  ])[0];
  return found ?? own.find((price) => price.model === anyModel);
}

/**
 * What tokens cost, in micro-dollars: summed exactly, then rounded up once, so that no call is counted as less than it cost.
 */
export function costOf(rates: Rates, tokens: Tokens): number {
  const exact =
    BigInt(tokens.inputTokens) * BigInt(rates.inputMicros) +
    BigInt(tokens.outputTokens) * BigInt(rates.outputMicros) +
    BigInt(tokens.cacheReadTokens) * BigInt(rates.cacheReadMicros) +
    BigInt(tokens.cacheWriteTokens) * BigInt(rates.cacheWriteMicros);
  return Number((exact + 999_999n) / 1_000_000n);
}

/** A model's name as it may stand in the table: as it is, without the provider before it, without the date behind it. */
export function namesOf(model: string): string[] {
  const name = model.trim().toLowerCase();
  const bare = name.slice(name.lastIndexOf("/") + 1);
  const undated = bare.replace(/(-\d{8}|-\d{4}-\d{2}-\d{2}|-latest|@\d{8})$/, "");
  return [...new Set([name, bare, undated])].filter((one) => one !== anyModel);
}

export interface NewPrice extends Rates {
  provider: string;
  model: string;
  validFrom?: string | undefined;
}

/** Adds a version of a price; what was booked keeps the price of its time. @returns its id. */
export async function setPrice(context: Context, { validFrom, model, ...price }: NewPrice): Promise<string> {
  const id = newId();
  const rates = [price.inputMicros, price.outputMicros, price.cacheReadMicros, price.cacheWriteMicros];
  if (model === anyModel && rates.some((rate) => rate === 0))
    throw new AppError(
      "invalid",
      "The price for unknown models must be above $0 throughout: give the highest you know.",
    );
  await record(context, "price.set", [
    {
      subject: id,
      data: { ...price, model: model.trim().toLowerCase(), validFrom: validFrom ?? context.now.toISOString() },
    },
  ]);
  return id;
}
