import { z } from "zod";
import { modelTiers } from "#db/enums.ts";
import { id, isoDay } from "../ids.ts";
import { author } from "../tasks/schema.ts";

const modelRef = z
  .string()
  .trim()
  .regex(
    /^[a-z][a-z0-9-]{0,39}\/[\w.:/@+-]{1,160}$/,
    "Name a model as provider/model, such as anthropic/claude-sonnet-5-5.",
  );
const tier = z.enum(modelTiers);

const word = z
  .string()
  .trim()
  .regex(/^(\*|[a-z][a-z_-]{0,39})$/, "Use a word such as research, or * for any.");
const chain = z.array(modelRef).max(10).describe("The first usable one is taken; the rest are its fallback.");
const tiers = z.object({ local: chain, small: chain, medium: chain, large: chain });
const route = z.object({
  type: word.describe("The type of task: research, code, planning …; * is any."),
  complexity: word.describe("simple, medium, complex; * is any."),
  tier,
});
const routes = z.array(route).min(1).max(100);

export const getRoutingInput = z.strictObject({ teamId: id });
export const routing = z.object({
  teamId: id,
  isDefault: z.boolean().describe("Nobody changed the table that comes with the product."),
  version: z.int(),
  tiers,
  routes: routes.describe("The first that fits counts."),
  setBy: author.nullable(),
  models: z
    .array(
      z.object({
        model: z.string(),
        usable: z.boolean(),
        why: z.string().nullable().describe("Why it is not usable now."),
        inputMicros: z.int().nullable().describe("Micro-dollars for a million tokens; null: nobody knows its price."),
        outputMicros: z.int().nullable(),
      }),
    )
    .describe("Every model of the table with its state now."),
});
export const routingResult = z.object({ routing });

export const setRoutingInput = z.strictObject({
  teamId: id,
  tiers: z.strictObject({ local: chain, small: chain, medium: chain, large: chain }),
  routes: z.array(z.strictObject(route.shape)).min(1).max(100),
  version: z.int().min(0).describe("The version you have seen; 0 for the table that comes with the product."),
});

export const savingsInput = z.strictObject({
  teamId: id.optional().describe("Only this team's; left out: all teams you see."),
  firstDay: isoDay.optional().describe("The first day, UTC; left out: the first of this month."),
  lastDay: isoDay.optional().describe("The last day, UTC; left out: today."),
});
export const savings = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  costMicros: z.int(),
  topModel: z.string().nullable().describe("What it is compared with: the first priced model of the top tier."),
  topCostMicros: z.int().describe("What the same tokens would have cost with it."),
  savedMicros: z.int(),
  models: z.array(z.object({ model: z.string(), calls: z.int(), costMicros: z.int(), savedMicros: z.int() })),
});
