import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import type { ModelApi } from "#db/enums.ts";
import type { Tokens } from "#server/prices/service.ts";

/** A form of model API, as agents speak it. */
export interface Shape {
  path: string;
  apis: readonly ModelApi[];
  urlAt(base: string, api: ModelApi): string;
  headers(key: string | null | undefined, from: IncomingHttpHeaders): Record<string, string>;
  /** The body with what we need in it to know what was used. */
  fill(body: Record<string, unknown>): Record<string, unknown>;
  /** What one event of a stream, or the whole answer, says was used. */
  read(event: unknown): Partial<Tokens> | undefined;
}

const count = z.int().min(0);
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
// https://platform.openai.com/docs/api-reference/chat: the last piece has it, with `stream_options.include_usage`.
const openaiEvent = z.looseObject({
  usage: z.looseObject({
    prompt_tokens: count,
    completion_tokens: count,
    prompt_tokens_details: z.looseObject({ cached_tokens: count.nullish() }).nullish(),
  }),
});

export const shapes: readonly Shape[] = [
  {
    path: "/v1/messages",
    apis: ["anthropic"],
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
  },
  {
    path: "/v1/chat/completions",
    apis: ["openai_compatible", "ollama"],
    urlAt: (base, api) => `${base}${api === "ollama" ? "/v1" : ""}/chat/completions`,
    headers: (key): Record<string, string> => (key ? { authorization: `Bearer ${key}` } : {}),
    fill: (body) => (body.stream === true ? { ...body, stream_options: { include_usage: true } } : body),
    read(event) {
      const { data } = openaiEvent.safeParse(event);
      if (!data) return undefined;
      const cacheReadTokens = data.usage.prompt_tokens_details?.cached_tokens ?? 0;
      const inputTokens = Math.max(0, data.usage.prompt_tokens - cacheReadTokens);
      return { inputTokens, cacheReadTokens, cacheWriteTokens: 0, outputTokens: data.usage.completion_tokens };
    },
  },
];

/**
 * Reads what was used out of an answer that passes by. Of a stream that broke off, what came is the bound of what was
 * written: a token is at least a byte.
 */
export function usageReader(shape: Shape) {
  const decoder = new TextDecoder();
  let rest = "";
  let bytes = 0;
  let isOver = false;
  let reported: Partial<Tokens> = {};

  function readLine(line: string): void {
    const text = line.startsWith("data:") ? line.slice(5).trim() : line.trim();
    if (text === "[DONE]") isOver = true;
    if (!text.startsWith("{")) return;
    try {
      const event: unknown = JSON.parse(text);
      reported = { ...reported, ...shape.read(event) };
      if (typeof event === "object" && event !== null && "type" in event)
        isOver ||= event.type === "message_stop" || event.type === "message";
    } catch {
      // A piece of something longer: the whole answer is read at its end.
    }
  }

  return {
    take(piece: Uint8Array): void {
      bytes += piece.byteLength;
      rest += decoder.decode(piece, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) readLine(line);
    },
    used(): Partial<Tokens> {
      if (rest) readLine(rest);
      rest = "";
      if (isOver || reported.inputTokens === undefined) return reported;
      return { ...reported, outputTokens: Math.max(reported.outputTokens ?? 0, bytes) };
    },
  };
}
