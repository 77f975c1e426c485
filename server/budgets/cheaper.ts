import type { Context } from "../context.ts";
import { listPrices } from "../prices/queries.ts";
import { anyModel, namesOf } from "../prices/service.ts";

/** A handful is enough to choose from. */
const most = 5;

/**
 * Models with which the same call would fit into what is left, dearest first: the next best, of the same provider before
 * others. The cost of a call is taken to follow the price of its output.
 */
export async function cheaperModels(
  context: Context,
  { model, askedMicros, leftMicros }: { model: string; askedMicros: number; leftMicros: number },
): Promise<string[]> {
  const { prices } = await listPrices(context);
  const names = namesOf(model);
  const current = prices.find((price) => names.includes(price.model));
  if (!current || current.outputMicros === 0 || leftMicros <= 0) return [];
  const affordable = (current.outputMicros * leftMicros) / Math.max(1, askedMicros);
  return prices
    .filter(
      (price) =>
        price.model !== anyModel && price.outputMicros <= affordable && price.outputMicros < current.outputMicros,
    )
    .toSorted(
      (a, b) =>
        Number(b.provider === current.provider) - Number(a.provider === current.provider) ||
        b.outputMicros - a.outputMicros,
    )
    .slice(0, most)
    .map((price) => price.model);
}
