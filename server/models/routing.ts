import { type ModelTier, modelTiers } from "#db/enums.ts";
import type { Routing } from "./defaults.ts";

/** What is known of a piece of work when a model is chosen for it. */
export interface Work {
  type: string;
  complexity: string | null;
  /** Somebody chose the tier, or the model, for just this piece. */
  tier?: ModelTier | null;
  model?: string | null;
  /** How often it was sent back or failed its verification: each lifts it a tier. */
  failures?: number;
}

export interface Choice {
  tier: ModelTier | null;
  /** In the order in which they are tried. */
  models: string[];
}

/**
 * The models for a piece of work: the chosen one; else those of the chosen tier, or of the first route that fits, lifted
 * one tier for each failure. A tier without models is passed upwards, then downwards.
 */
export function routeWork({ tiers, routes }: Routing, work: Work): Choice {
  if (work.model) return { tier: null, models: [work.model] };
  const fits = (asked: string, given: string | null) => asked === "*" || asked === given;
  const route = routes.find(({ type, complexity }) => fits(type, work.type) && fits(complexity, work.complexity));
  const tier = lift(work.tier ?? route?.tier ?? "medium", work.failures ?? 0);
  const place = modelTiers.indexOf(tier);
  const order = [...modelTiers.slice(place), ...modelTiers.slice(0, place).toReversed()];
  const taken = order.find((one) => tiers[one].length > 0) ?? tier;
  return { tier: taken, models: [...new Set(tiers[taken])] };
}

/** So many tiers up, at most to the top. */
const lift = (tier: ModelTier, steps: number): ModelTier =>
  modelTiers[Math.min(modelTiers.indexOf(tier) + steps, modelTiers.length - 1)] ?? tier;

/** `anthropic/claude-sonnet-5-5` → its provider and the name the provider knows it by, which may have slashes itself. */
export function partsOf(model: string): { provider: string; name: string } {
  const slash = model.indexOf("/");
  return slash < 0 ? { provider: "", name: model } : { provider: model.slice(0, slash), name: model.slice(slash + 1) };
}
