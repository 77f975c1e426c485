import { expect, test } from "vitest";
import { shapes } from "./model-shapes.ts";
import { usageReader } from "./model-usage.ts";

const shapeOf = (path: string) => shapes.find((one) => one.match(path)) ?? expect.fail(`no form for ${path}`);
const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;

/** Gives it the text in pieces of so many bytes, wherever they end. */
function read(path: string, text: string, { isStream = true, every = 7 } = {}) {
  const reader = usageReader(shapeOf(path), { isStream, mostOutputTokens: 1_000 });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += every) reader.take(bytes.subarray(at, at + every));
  return reader.used();
}

const [messages, chat, responses] = ["/v1/messages", "/v1/chat/completions", "/v1/responses"];
const gemini = "/v1beta/models/gemini-2.5-pro:streamGenerateContent";
const tokens = { inputTokens: 70, cacheReadTokens: 30, cacheWriteTokens: 0, outputTokens: 12 };
const responsesUsage = { input_tokens: 100, output_tokens: 12, input_tokens_details: { cached_tokens: 30 } };
const geminiUsage = {
  ...{ promptTokenCount: 90, toolUsePromptTokenCount: 10, cachedContentTokenCount: 30 },
  ...{ candidatesTokenCount: 5, thoughtsTokenCount: 7 },
};

test("what was used is read from each form of stream, wherever its pieces end", () => {
  const anthropic = { input_tokens: 70, cache_read_input_tokens: 30, cache_creation_input_tokens: 0 };
  const streams = [
    [
      messages,
      event({ type: "message_start", message: { usage: { ...anthropic, output_tokens: 1 } } }) +
        event({ type: "message_delta", usage: { output_tokens: 12 } }) +
        event({ type: "message_stop" }),
    ],
    [
      chat,
      event({ choices: [{ delta: { content: "Grüße" } }] }) +
        event({
          usage: { prompt_tokens: 100, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 30 } },
        }),
    ],
    [
      responses,
      event({ type: "response.created", response: { id: "r" } }) +
        event({ type: "response.completed", response: { usage: responsesUsage } }),
    ],
    [
      gemini,
      event({ candidates: [{ content: {} }], usageMetadata: { promptTokenCount: 90, candidatesTokenCount: 1 } }) +
        event({ candidates: [{ finishReason: "STOP" }], usageMetadata: geminiUsage }),
    ],
  ] as const;
  for (const [path = "", text] of streams) expect(read(path, text), path).toEqual(tokens);
});

test("a whole answer is read however it is laid out, also as a list of pieces", () => {
  const whole = { isStream: false };
  const laidOut = (value: unknown) => JSON.stringify(value, null, 2);
  expect(read(responses ?? "", laidOut({ object: "response", usage: responsesUsage }), whole)).toEqual(tokens);
  const answer = { candidates: [{ finishReason: "STOP" }], usageMetadata: geminiUsage };
  expect(read(gemini, laidOut(answer), whole)).toEqual(tokens);
  expect(read(gemini, laidOut([{ usageMetadata: { promptTokenCount: 1 } }, answer]), whole)).toEqual(tokens);
  const usage = { input_tokens: 5, output_tokens: 2 };
  expect(read(messages ?? "", laidOut({ type: "message", usage }), whole)).toMatchObject({ outputTokens: 2 });
});

test("of a stream that broke off, what came bounds what was written", () => {
  const begun = event({ candidates: [{ content: {} }], usageMetadata: { promptTokenCount: 90 } });
  expect(read(gemini, begun)).toMatchObject({ inputTokens: 90, outputTokens: Buffer.byteLength(begun) });
  expect(read(responses ?? "", event({ type: "response.created" }))).toEqual({ outputTokens: 35 });
  const long = event({ type: "response.output_text.delta", delta: "word ".repeat(1_000) });
  expect(read(responses ?? "", long), "no more than was asked for").toEqual({ outputTokens: 1_000 });
});
