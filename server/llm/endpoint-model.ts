import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModel } from "ai";
import { createOllama } from "ai-sdk-ollama";
import type { Endpoint } from "../credentials/schema.ts";

/** A model behind a provider's API, as the AI SDK calls it. Each adapter is a line: the SDK knows the protocols. */
export function modelAt(
  { api, provider, baseUrl, key }: Endpoint & { provider: string },
  name: string,
  fetch: typeof globalThis.fetch,
): Exclude<LanguageModel, string> {
  const baseURL = baseUrl.replace(/\/+$/, "");
  switch (api) {
    case "anthropic":
      return createAnthropic({ baseURL, apiKey: key ?? "", fetch })(name);
    case "openai_compatible":
      return createOpenAICompatible({
        ...{ name: provider, baseURL, fetch, includeUsage: true, supportsStructuredOutputs: true },
        ...(key ? { apiKey: key } : {}),
      })(name);
    case "ollama":
      return createOllama({ baseURL, fetch, ...(key ? { apiKey: key } : {}) })(name);
  }
}
