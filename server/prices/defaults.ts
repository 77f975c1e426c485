/** A price in micro-dollars for a million tokens, so $3 a million is 3,000,000. */
export interface Rates {
  inputMicros: number;
  outputMicros: number;
  cacheReadMicros: number;
  cacheWriteMicros: number;
}

export interface BundledPrice extends Rates {
  provider: string;
  model: string;
  /** From when the bundled figure is used, ISO. */
  validFrom: string;
}

const since = "2025-01-01T00:00:00.000Z";
const dollars = (amount: number) => Math.round(amount * 1_000_000);

/** Anthropic: writing the cache for five minutes costs 1.25 times the input, reading it a tenth unless told. */
const anthropic = (model: string, input: number, output: number, cacheRead = input / 10): BundledPrice => ({
  ...{ provider: "anthropic", model, validFrom: since, inputMicros: dollars(input), outputMicros: dollars(output) },
  ...{ cacheReadMicros: dollars(cacheRead), cacheWriteMicros: dollars(input * 1.25) },
});

/** Others charge nothing more for writing a cache than for the input. */
const plain = (provider: string, model: string, input: number, cached: number, output: number): BundledPrice => ({
  ...{ provider, model, validFrom: since, inputMicros: dollars(input), outputMicros: dollars(output) },
  ...{ cacheReadMicros: dollars(cached), cacheWriteMicros: dollars(input) },
});

/**
 * List prices of well-known models, in dollars for a million tokens at the standard tier; an admin sets others, and newer
 * ones, with set_price. A model is matched by its name, with or without the provider before it and a date behind it.
 */
export const bundledPrices: readonly BundledPrice[] = [
  // https://platform.claude.com/docs/en/about-claude/pricing; of two prices by length of the prompt, the dearer one.
  anthropic("claude-fable-5-1", 10, 50, 0.25),
  anthropic("claude-fable-5", 10, 50),
  anthropic("claude-opus-5-5", 4, 20, 0.2),
  anthropic("claude-opus-5", 5, 25),
  anthropic("claude-sonnet-5-5", 2, 10, 0.1),
  anthropic("claude-sonnet-5", 2, 10),
  anthropic("claude-haiku-5-5", 0.5, 2.5),
  anthropic("claude-opus-4-8", 5, 25),
  anthropic("claude-opus-4-7", 5, 25),
  anthropic("claude-opus-4-6", 5, 25),
  anthropic("claude-opus-4-5", 5, 25),
  anthropic("claude-opus-4-1", 15, 75),
  anthropic("claude-opus-4", 15, 75),
  anthropic("claude-sonnet-4-6", 3, 15),
  anthropic("claude-sonnet-4-5", 3, 15),
  anthropic("claude-sonnet-4", 3, 15),
  anthropic("claude-3-7-sonnet", 3, 15),
  anthropic("claude-haiku-4-5", 1, 5),
  anthropic("claude-3-5-haiku", 0.8, 4),
  // https://platform.openai.com/docs/pricing
  plain("openai", "gpt-5.5", 5, 0.5, 30),
  plain("openai", "gpt-5.4", 2.5, 0.25, 15),
  plain("openai", "gpt-5.4-mini", 0.75, 0.075, 4.5),
  plain("openai", "gpt-5.2", 1.75, 0.175, 14),
  plain("openai", "gpt-5.1", 1.25, 0.125, 10),
  plain("openai", "gpt-5.1-codex", 1.25, 0.125, 10),
  plain("openai", "gpt-5", 1.25, 0.125, 10),
  plain("openai", "gpt-5-codex", 1.25, 0.125, 10),
  plain("openai", "gpt-5-mini", 0.25, 0.025, 2),
  plain("openai", "gpt-5-nano", 0.05, 0.005, 0.4),
  plain("openai", "gpt-4.1", 2, 0.5, 8),
  plain("openai", "gpt-4.1-mini", 0.4, 0.1, 1.6),
  plain("openai", "gpt-4.1-nano", 0.1, 0.025, 0.4),
  plain("openai", "gpt-4o", 2.5, 1.25, 10),
  plain("openai", "gpt-4o-mini", 0.15, 0.075, 0.6),
  plain("openai", "o3", 2, 0.5, 8),
  plain("openai", "o4-mini", 1.1, 0.275, 4.4),
  // https://ai.google.dev/gemini-api/docs/pricing; of two tiers by length of the prompt, the dearer one.
  plain("google", "gemini-3-pro-preview", 4, 0.4, 18),
  plain("google", "gemini-2.5-pro", 2.5, 0.25, 15),
  plain("google", "gemini-2.5-flash", 0.3, 0.03, 2.5),
  plain("google", "gemini-2.5-flash-lite", 0.1, 0.01, 0.4),
];
