import { sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { bundledPrices } from "./defaults.ts";
import type { priceList } from "./schema.ts";
import { anyModel } from "./service.ts";

type Listed = z.output<typeof priceList>["prices"][number];

/** The price of each known model now: the organization's own first, then those that came with the product. */
export async function listPrices({ tx, actor, now }: Context): Promise<z.output<typeof priceList>> {
  const own = await tx.execute<
    Listed & Record<string, unknown>
  >(sql`select distinct on (p.model) p.id, p.provider, p.model,
      p.input_micros::float8 as "inputMicros", p.output_micros::float8 as "outputMicros", p.cache_read_micros::float8 as "cacheReadMicros",
      p.cache_write_micros::float8 as "cacheWriteMicros", ${isoTime(sql`p.valid_from`)} as "validFrom", p.set_by as "setBy"
    from prices p where p.org_id = ${actor.orgId} and p.valid_from <= ${now.toISOString()}::timestamptz
    order by p.model, p.valid_from desc, p.created_at desc, p.id desc`);
  const known = new Set(own.map(({ model }) => model));
  const bundled = bundledPrices
    .filter(({ model }) => !known.has(model))
    .map((price) => ({ ...price, id: null, setBy: null }));
  return { prices: [...own, ...bundled], unknownModels: known.has(anyModel) ? "priced" : "refused" };
}
