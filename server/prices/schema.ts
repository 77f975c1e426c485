import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { author } from "../tasks/schema.ts";

const rate = z.int().min(0).max(100_000_000_000).describe("Micro-dollars for a million tokens: $3 is 3000000.");

const rates = {
  inputMicros: rate,
  outputMicros: rate,
  cacheReadMicros: rate,
  cacheWriteMicros: rate,
};

export const listPricesInput = z.strictObject({});
export const priceList = z.object({
  prices: z.array(
    z.object({
      id: id.nullable().describe("Null: it came with the product."),
      provider: z.string(),
      model: z.string(),
      ...rates,
      validFrom: isoTime,
      setBy: author.nullable(),
    }),
  ),
  unknownModels: z.enum(["refused", "priced"]).describe("Priced: at the price for `*`."),
});

export const setPriceInput = z.strictObject({
  provider: z.string().trim().min(1).max(100).describe("Who is paid, such as anthropic."),
  model: z
    .string()
    .trim()
    .regex(/^[\w.:/@*-]{1,200}$/, "Give the model's name as its API takes it, or * for all unknown ones.")
    .describe("The model's name; * is the price of every unknown model."),
  inputMicros: rate,
  outputMicros: rate,
  cacheReadMicros: rate.optional().describe("Left out: as the input."),
  cacheWriteMicros: rate.optional().describe("Left out: as the input."),
  validFrom: isoTime.optional().describe("From when it counts; left out: from now."),
});
