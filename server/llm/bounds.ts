import type { ModelMessage } from "ai";
import { costOf, type Price, type Tokens } from "../prices/service.ts";
import type { ToolDescription } from "./conversation.ts";

/** What providers add around messages and tools: roles, separators, the instruction to call tools. */
const tokensPerMessage = 16;
const tokensForTools = 1_024;

/**
 * The most tokens a call can use. A token is at least a byte of its text, so the bytes of everything that is sent are a
 * bound whatever the tokenizer, and no call ever costs more than was set aside for it.
 */
export function boundOf(asked: {
  system: string;
  messages: readonly ModelMessage[];
  tools?: readonly ToolDescription[] | undefined;
  schema?: unknown;
  maxOutputTokens: number;
}): Tokens {
  const { system, messages, tools = [], schema } = asked;
  const sent = [system, JSON.stringify(messages), JSON.stringify(tools), schema ? JSON.stringify(schema) : ""];
  const bytes = sent.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const extra = (messages.length + 1) * tokensPerMessage + (tools.length > 0 || schema ? tokensForTools : 0);
  return { inputTokens: bytes + extra, outputTokens: asked.maxOutputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
}

/** What that costs at most: as if all of the input were of its dearest kind. Micro-dollars. */
export const mostMicros = (price: Price, bound: Tokens): number =>
  costOf({ ...price, inputMicros: Math.max(price.inputMicros, price.cacheReadMicros, price.cacheWriteMicros) }, bound);
