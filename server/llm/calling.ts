import {
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  Output,
  streamText,
  type TextStreamPart,
  tool,
  type ToolSet,
} from "ai";
import { z } from "zod";
import type { Tokens } from "../prices/service.ts";
import type { Conversation, ToolCall, ToolDescription } from "./conversation.ts";
import { CallFailure, failureOf } from "./failures.ts";

/** What came of a call, also of one that failed in the middle: `reported` is what the provider said it used. */
export interface Called {
  text: string;
  toolCalls: ToolCall[];
  finishReason: string;
  messages: ModelMessage[];
  reported: Partial<Tokens>;
  isComplete: boolean;
  failure?: CallFailure;
}

type AnyPart = TextStreamPart<ToolSet>;

const silence = new CallFailure("passing", "The model gave no sign of life for too long.", { mayCost: true });
const tooMuch = (bytes: number) =>
  new CallFailure("request", `The answer was cut off: it is longer than ${bytes} bytes.`, { mayCost: true });

type Asked = Pick<
  Conversation,
  "system" | "messages" | "tools" | "schema" | "onPart" | "maxOutputTokens" | "signal"
> & {
  idleSeconds?: number | undefined;
  mostBytes?: number | undefined;
};

/**
 * One streaming call of a model. It never throws: what went wrong stands in `failure`, beside what had come until then.
 * Silence and length are bounded here; tries and money are others' business.
 */
export async function callModel(model: LanguageModel, asked: Asked): Promise<Called> {
  const { signal, onPart, idleSeconds = 180, mostBytes = 2 * 1024 * 1024 } = asked;
  const called: Called = { text: "", toolCalls: [], finishReason: "", messages: [], reported: {}, isComplete: false };
  const own = new AbortController();
  let stopped: CallFailure | undefined;
  const stop = (why: CallFailure) => {
    stopped ??= why;
    own.abort(why);
  };
  const abort = () => stop(new CallFailure("aborted", "Nobody waits for the answer any more.", { mayCost: true }));
  if (signal?.aborted) return { ...called, failure: new CallFailure("aborted", "Nobody waits for the answer.") };
  signal?.addEventListener("abort", abort, { once: true });
  const idle = setTimeout(() => stop(silence), idleSeconds * 1_000);
  let began = false;
  let bytes = 0;
  try {
    const result = streamText({
      model,
      instructions: { role: "system", content: asked.system, providerOptions: cached },
      messages: withCache(asked.messages),
      ...(asked.tools && asked.tools.length > 0 ? { tools: toolSet(asked.tools) } : {}),
      ...(asked.schema ? { output: Output.object({ schema: jsonSchema(asked.schema) }) } : {}),
      ...{ maxOutputTokens: asked.maxOutputTokens, maxRetries: 0, abortSignal: own.signal },
      // The provider's own events tell what was used before the end, which counts when there is none.
      include: { rawChunks: true },
      onError: () => {},
    });
    for await (const part of result.stream) {
      if (stopped) break;
      idle.refresh();
      if (isOfAnswer(part)) began = true;
      bytes += take(part, called, onPart);
      if (part.type === "error") called.failure ??= failureOf(part.error, began);
      if (bytes > mostBytes) stop(tooMuch(mostBytes));
    }
    if (stopped) return { ...called, isComplete: false, failure: stopped };
    if (called.failure) return { ...called, isComplete: false };
    if (!called.isComplete)
      return {
        ...called,
        failure: new CallFailure("passing", "The answer broke off in the middle.", { mayCost: true }),
      };
    const { response } = await result.finalStep;
    return { ...called, messages: response.messages };
  } catch (error) {
    return { ...called, isComplete: false, failure: stopped ?? called.failure ?? failureOf(error, began) };
  } finally {
    clearTimeout(idle);
    signal?.removeEventListener("abort", abort);
  }
}

const isOfAnswer = ({ type }: AnyPart): boolean => /^(text|reasoning|tool-input)-delta$/.test(type);

/** Takes a part of the stream over. @returns how many bytes of answer it brought. */
function take(part: AnyPart, called: Called, onPart: Conversation["onPart"]): number {
  if (part.type === "text-delta") called.text += part.text;
  if (part.type === "text-delta" || part.type === "reasoning-delta") {
    onPart?.({ kind: part.type === "text-delta" ? "text" : "reasoning", text: part.text });
    return Buffer.byteLength(part.text);
  }
  if (part.type === "tool-input-delta") return Buffer.byteLength(part.delta);
  if (part.type === "raw") readUsage(part.rawValue, called.reported);
  if (part.type === "tool-call") {
    const error = "invalid" in part && part.invalid ? wordsOf(part.error) : undefined;
    const call = { id: part.toolCallId, name: part.toolName, input: part.input as unknown };
    called.toolCalls.push({ ...call, ...(error !== undefined ? { error } : {}) });
    onPart?.({ kind: "tool", name: call.name, input: call.input });
  }
  if (part.type === "finish-step") {
    const { inputTokenDetails: input, outputTokens, inputTokens } = part.usage;
    const [cacheReadTokens, cacheWriteTokens] = [input.cacheReadTokens ?? 0, input.cacheWriteTokens ?? 0];
    const plain = input.noCacheTokens ?? Math.max(0, (inputTokens ?? 0) - cacheReadTokens - cacheWriteTokens);
    called.finishReason = part.finishReason;
    called.isComplete = part.finishReason !== "error" && part.finishReason !== "interrupted";
    // Nothing at all is no report: no call uses nothing.
    if (outputTokens !== undefined && outputTokens + plain > 0)
      Object.assign(called.reported, { inputTokens: plain, outputTokens, cacheReadTokens, cacheWriteTokens });
  }
  return 0;
}

/** Anthropic keeps what stands before such a mark for five minutes at a tenth of the price; others do not look at it. */
const cached = { anthropic: { cacheControl: { type: "ephemeral" as const } } };

/** The end of the conversation so far is where the next call begins: the mark wanders with it. */
const withCache = (messages: readonly ModelMessage[]): ModelMessage[] =>
  messages.map((message, index) =>
    index === messages.length - 1
      ? { ...message, providerOptions: { ...message.providerOptions, ...cached } }
      : message,
  );

const toolSet = (tools: readonly ToolDescription[]): ToolSet =>
  Object.fromEntries(
    tools.map(({ name, description, parameters }) => [
      name,
      // Without `execute`: the loop runs them, where a crash leaves a trace. Its input is checked there too.
      tool({ description, inputSchema: jsonSchema(parameters) }),
    ]),
  );

/**
 * What an Anthropic stream reports before its end: `message_start` the input, `message_delta` the output so far
 * (https://docs.claude.com/en/docs/build-with-claude/streaming). Others report at the end only.
 */
function readUsage(raw: unknown, reported: Partial<Tokens>): void {
  const { data } = messageStart.safeParse(raw);
  if (!data) return;
  const { input_tokens: inputTokens, ...cache } = data.message.usage;
  const cacheReadTokens = cache.cache_read_input_tokens ?? 0;
  const cacheWriteTokens = cache.cache_creation_input_tokens ?? 0;
  if (inputTokens + cacheReadTokens + cacheWriteTokens > 0)
    Object.assign(reported, { inputTokens, cacheReadTokens, cacheWriteTokens });
}

const count = z.int().min(0);
const messageStart = z.object({
  type: z.literal("message_start"),
  message: z.object({
    usage: z.object({
      input_tokens: count,
      cache_read_input_tokens: count.nullish(),
      cache_creation_input_tokens: count.nullish(),
    }),
  }),
});

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
