import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import type { ModelApi } from "#db/enums.ts";
import type { Tokens } from "#server/prices/service.ts";

/** A form of model API, as agents speak it. */
export interface Shape {
  /** As people read it. */
  path: string;
  /** Its errors are told in Google's way: https://google.aip.dev/193. */
  isGoogle?: true;
  apis: readonly ModelApi[];
  /** What a call's path says; undefined: it is another form's. */
  match(path: string): { model?: string; method?: string } | undefined;
  urlAt(base: string, target: { api: ModelApi; model: string; method: string; search: string }): string;
  headers(key: string | null | undefined, from: IncomingHttpHeaders): Record<string, string>;
  /** The body with what we need in it to know what was used. */
  fill(body: Record<string, unknown>): Record<string, unknown>;
  /** What one event of a stream, or the whole answer, says was used. */
  read(event: unknown): Partial<Tokens> | undefined;
  /** Whether after this event nothing more is used. */
  isLast(event: unknown): boolean;
}

const count = z.int().min(0);
const typed = z.looseObject({ type: z.string() });
const typeOf = (event: unknown): string | undefined => typed.safeParse(event).data?.type;
const exactly = (path: string) => (asked: string) => (asked === path ? {} : undefined);
const bearer = (key: string | null | undefined): Record<string, string> =>
  key ? { authorization: `Bearer ${key}` } : {};
/** Ollama's own address has no version; what it offers in OpenAI's forms stands under one. */
const openaiAt = (base: string, api: ModelApi) => `${base}${api === "ollama" ? "/v1" : ""}`;

/** Of a prompt of which a part came from the cache. */
const used = (input: number, cached: number | null | undefined, outputTokens: number): Tokens => ({
  ...{ inputTokens: Math.max(0, input - (cached ?? 0)), cacheReadTokens: cached ?? 0, cacheWriteTokens: 0 },
  outputTokens,
});

// https://docs.claude.com/en/api/messages-streaming: `message_start` has the input, `message_delta` the output so far.
const anthropicUsage = z.looseObject({
  input_tokens: count.nullish(),
  output_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
});
const anthropicEvent = z.union([
  z.looseObject({ message: z.looseObject({ usage: anthropicUsage }) }).transform(({ message }) => message.usage),
  z.looseObject({ usage: anthropicUsage }).transform(({ usage }) => usage),
]);

const messages: Shape = {
  path: "/v1/messages",
  apis: ["anthropic"],
  match: exactly("/v1/messages"),
  urlAt: (base) => `${base}/messages`,
  headers: (key, from) => ({
    "x-api-key": key ?? "",
    "anthropic-version": String(from["anthropic-version"] ?? "2023-06-01"),
    ...(from["anthropic-beta"] ? { "anthropic-beta": String(from["anthropic-beta"]) } : {}),
  }),
  fill: (body) => body,
  read(event) {
    const { data } = anthropicEvent.safeParse(event);
    if (!data) return undefined;
    const { input_tokens: input, output_tokens: output, ...cache } = data;
    return {
      ...(input == null ? {} : { inputTokens: input }),
      ...(input == null ? {} : { cacheReadTokens: cache.cache_read_input_tokens ?? 0 }),
      ...(input == null ? {} : { cacheWriteTokens: cache.cache_creation_input_tokens ?? 0 }),
      ...(output == null ? {} : { outputTokens: output }),
    };
  },
  isLast: (event) => typeOf(event) === "message_stop",
};

// https://platform.openai.com/docs/api-reference/chat: the last piece has it, with `stream_options.include_usage`.
const chatEvent = z.looseObject({
  usage: z.looseObject({
    prompt_tokens: count,
    completion_tokens: count,
    prompt_tokens_details: z.looseObject({ cached_tokens: count.nullish() }).nullish(),
  }),
});

const chatCompletions: Shape = {
  path: "/v1/chat/completions",
  apis: ["openai_compatible", "ollama"],
  match: exactly("/v1/chat/completions"),
  urlAt: (base, { api }) => `${openaiAt(base, api)}/chat/completions`,
  headers: bearer,
  fill: (body) => (body.stream === true ? { ...body, stream_options: { include_usage: true } } : body),
  read(event) {
    const usage = chatEvent.safeParse(event).data?.usage;
    return usage && used(usage.prompt_tokens, usage.prompt_tokens_details?.cached_tokens, usage.completion_tokens);
  },
  // The piece that has it comes after all the others.
  isLast: (event) => chatEvent.safeParse(event).success,
};

// https://platform.openai.com/docs/api-reference/responses-streaming: the event that ends it has the whole response.
const responsesUsage = z.looseObject({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z.looseObject({ cached_tokens: count.nullish() }).nullish(),
});
const responsesEvent = z.union([
  z.looseObject({ response: z.looseObject({ usage: responsesUsage }) }).transform(({ response }) => response.usage),
  z.looseObject({ object: z.literal("response"), usage: responsesUsage }).transform(({ usage }) => usage),
]);

const responses: Shape = {
  path: "/v1/responses",
  apis: ["openai_compatible", "ollama"],
  match: exactly("/v1/responses"),
  urlAt: (base, { api }) => `${openaiAt(base, api)}/responses`,
  headers: bearer,
  // What they keep of a conversation could be read with the key of an organization, by any of its sessions.
  fill: (body) => ({ ...body, store: false }),
  read(event) {
    const { data } = responsesEvent.safeParse(event);
    return data && used(data.input_tokens, data.input_tokens_details?.cached_tokens, data.output_tokens);
  },
  isLast: (event) => /^response\.(completed|incomplete|failed)$/.test(typeOf(event) ?? ""),
};

// https://ai.google.dev/api/generate-content#UsageMetadata: each piece has the sums so far; thoughts are output too.
const geminiEvent = z.looseObject({
  usageMetadata: z.looseObject({
    promptTokenCount: count.default(0),
    toolUsePromptTokenCount: count.default(0),
    cachedContentTokenCount: count.nullish(),
    candidatesTokenCount: count.default(0),
    thoughtsTokenCount: count.default(0),
  }),
});
const geminiEnd = z.looseObject({ candidates: z.array(z.looseObject({ finishReason: z.string() })).min(1) });

/** Google's API in OpenAI's form stands below its own: a credential has the address of the first. */
const generateContent: Shape = {
  path: "/v1beta/models/MODEL:generateContent",
  isGoogle: true,
  apis: ["openai_compatible"],
  match(path) {
    const [, model, method] = /^\/v1beta\/models\/([\w.-]+):(generateContent|streamGenerateContent)$/.exec(path) ?? [];
    return model && method ? { model, method } : undefined;
  },
  urlAt: (base, { model, method, search }) =>
    `${base.replace(/\/openai$/, "")}/models/${encodeURIComponent(model)}:${method}${/[?&]alt=sse(&|$)/.test(search) ? "?alt=sse" : ""}`,
  headers: (key): Record<string, string> => (key ? { "x-goog-api-key": key } : {}),
  fill: (body) => Object.fromEntries(Object.entries(body).filter(([name]) => name !== "model")),
  read(event) {
    const usage = geminiEvent.safeParse(event).data?.usageMetadata;
    if (!usage) return undefined;
    const input = usage.promptTokenCount + usage.toolUsePromptTokenCount;
    return used(input, usage.cachedContentTokenCount, usage.candidatesTokenCount + usage.thoughtsTokenCount);
  },
  isLast: (event) => geminiEnd.safeParse(event).success,
};

export const shapes: readonly Shape[] = [messages, chatCompletions, responses, generateContent];
