import type { ModelTier } from "#db/enums.ts";

/** One line of a routing table: `*` is any type or complexity. The first line that fits counts. */
export interface Route {
  type: string;
  complexity: string;
  tier: ModelTier;
}

/** Which models a team's work goes to. */
export interface Routing {
  /** Each tier's models as `provider/model`; the first that is usable is taken, so the rest are its fallback. */
  tiers: Record<ModelTier, string[]>;
  routes: Route[];
}

/**
 * The table that comes with the product: what is simple goes to a local model for nothing or to a small one, code to a
 * medium one from medium complexity on, planning to a medium one. A team changes it as it likes.
 */
export const defaultRouting: Routing = {
  tiers: {
    // Without a local model its work goes to a small one: a key alone must be enough for a whole plan.
    local: ["ollama/llama3.2", "anthropic/claude-haiku-5-5", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini"],
    small: ["anthropic/claude-haiku-5-5", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini", "ollama/llama3.2"],
    medium: ["anthropic/claude-sonnet-5-5", "anthropic/claude-sonnet-4-6", "openai/gpt-5.1", "ollama/llama3.2"],
    large: ["anthropic/claude-opus-5-5", "anthropic/claude-opus-4-8", "openai/gpt-5.1", "ollama/llama3.2"],
  },
  routes: [
    { type: "research", complexity: "simple", tier: "local" },
    { type: "analysis", complexity: "simple", tier: "local" },
    { type: "research", complexity: "*", tier: "small" },
    { type: "analysis", complexity: "*", tier: "small" },
    { type: "asset", complexity: "*", tier: "local" },
    { type: "integration", complexity: "*", tier: "small" },
    { type: "planning", complexity: "*", tier: "medium" },
    { type: "docs", complexity: "*", tier: "small" },
    { type: "*", complexity: "simple", tier: "small" },
    { type: "*", complexity: "complex", tier: "large" },
    { type: "*", complexity: "*", tier: "medium" },
  ],
};
