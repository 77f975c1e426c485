import type { ModelApi, ModelTier } from "#db/enums.ts";

export const tierWords: Record<ModelTier, { label: string; does: string }> = {
  local: { label: "Local", does: "Runs on a machine of yours, for nothing." },
  small: { label: "Small", does: "Cheap and quick, for what is simple." },
  medium: { label: "Medium", does: "Code and planning." },
  large: { label: "Large", does: "What is complex, and what a smaller one did not manage." },
};

export const apiWords: Record<ModelApi, string> = {
  anthropic: "Anthropic",
  openai_compatible: "OpenAI-compatible",
  ollama: "Ollama",
};

interface ProviderPreset {
  id: string;
  label: string;
  api: ModelApi;
  /** What models are named after. Empty: the person names it. */
  provider: string;
  baseUrl: string;
  needsKey: boolean;
  hint: string;
}

/** The ways to models that need no typing but the key. */
export const presets = [
  {
    id: "anthropic",
    label: "Anthropic",
    api: "anthropic",
    provider: "anthropic",
    baseUrl: "https://api.anthropic.com/v1",
    needsKey: true,
    hint: "A key of the Claude Console. It begins with sk-ant-.",
  },
  {
    id: "openai",
    label: "OpenAI",
    api: "openai_compatible",
    provider: "openai",
    baseUrl: "https://api.openai.com/v1",
    needsKey: true,
    hint: "A key of the OpenAI platform. It begins with sk-.",
  },
  {
    id: "openrouter",
    label: "OpenRouter",
    api: "openai_compatible",
    provider: "openrouter",
    baseUrl: "https://openrouter.ai/api/v1",
    needsKey: true,
    hint: "One key for many providers. It begins with sk-or-.",
  },
  {
    id: "ollama",
    label: "Ollama",
    api: "ollama",
    provider: "ollama",
    baseUrl: "http://localhost:11434",
    needsKey: false,
    hint: "Models on a machine of yours; it asks for no key unless you put one in front.",
  },
  {
    id: "other",
    label: "Another, OpenAI-compatible",
    api: "openai_compatible",
    provider: "",
    baseUrl: "",
    needsKey: false,
    hint: "vLLM, LM Studio, llama.cpp, a proxy: anything that speaks the API of OpenAI.",
  },
] as const satisfies readonly ProviderPreset[];
