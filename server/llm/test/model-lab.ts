import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { LLMock } from "@copilotkit/aimock";
import type { ModelApi } from "#db/enums.ts";
import { callsOf, type Form, type LabAnswer, type LabRequest, type Speaker, sse } from "./lab-answer.ts";
import { askedInGemini, askedInResponses, geminiModelOf, speakGemini, speakResponses } from "./model-forms.ts";

export type Script = (request: LabRequest) => LabAnswer | Promise<LabAnswer>;

/**
 * Stand-ins for the APIs of model providers on one loopback port. `script` answers under `urls` exactly as it says, with
 * tokens of the cache, faults and silence; `mock` is aimock on the same port, for everything else, with its gaps mended.
 */
export async function openModelLab(first: Script = () => ({ text: "ok" })) {
  const mock = new LLMock({ port: 0 });
  let script = first;
  const requests: LabRequest[] = [];
  let models = ["claude-sonnet-5-5", "claude-haiku-5-5", "gpt-5", "llama3.2"];
  let refusedKeys = new Set<string>();

  const routes: Record<string, Form> = {
    "/v1/messages": "anthropic",
    "/v1/chat/completions": "openai_compatible",
    "/v1/responses": "responses",
    "/api/chat": "ollama",
  };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { pathname } = new URL(request.url ?? "/", "http://lab");
    const path = pathname.replace(/^.*\/exact/, "").replace(/^\/v1beta\/openai/, "/v1");
    const { authorization, "x-api-key": ownKey, "x-goog-api-key": googleKey } = request.headers;
    const key = String(ownKey ?? googleKey ?? authorization ?? "").replace("Bearer ", "");
    if (refusedKeys.has(key)) return fail(response, 401, "invalid x-api-key");
    if (path === "/v1/models") return json(response, { data: models.map((id) => ({ id, type: "model" })) });
    if (path === "/api/tags") return json(response, { models: models.map((name) => ({ name, model: name })) });
    const geminiModel = geminiModelOf(path);
    const api = geminiModel ? "gemini" : routes[path];
    if (!api) return fail(response, 404, `no such path: ${path}`);
    const body = { ...(await bodyOf(request)), ...(geminiModel ? { model: geminiModel } : {}) };
    const asked = readRequest(api, body, key, requests.length + 1);
    requests.push(asked);
    const answer = await script(asked);
    if (answer.delayMs) await delay(answer.delayMs);
    await give(api, asked, answer, response);
    return true;
  }
  mock.mount("/exact", { handleRequest: handle });
  mock.mount("/api/version", {
    handleRequest: (_request, response) => Promise.resolve(json(response, { version: "0.9.0" })),
  });
  mock.mount("/api/tags", {
    handleRequest: (_request, response) =>
      Promise.resolve(json(response, { models: models.map((name) => ({ name, model: name })) })),
  });
  mock.mount("/api/embed", {
    handleRequest: async (request, response) => {
      const { input, model } = await bodyOf(request);
      const texts = Array.isArray(input) ? input : [input];
      return json(response, { model, embeddings: texts.map((text) => [String(text).length, 1, 2]) });
    },
  });
  await mock.start();
  const exact = `${mock.url}/exact`;
  return {
    mock,
    requests,
    /** The base URL of each API's scripted stand-in. */
    urls: { anthropic: `${exact}/v1`, openai_compatible: `${exact}/v1`, ollama: exact } satisfies Record<
      ModelApi,
      string
    >,
    /** Of Google's API in OpenAI's form; its own form stands above it, as at Google. */
    googleUrl: `${exact}/v1beta/openai`,
    /** Of aimock: `/v1` for Anthropic and OpenAI, none for Ollama. */
    mockUrls: { anthropic: `${mock.url}/v1`, openai_compatible: `${mock.url}/v1`, ollama: mock.url },
    answerWith(next: Script) {
      script = next;
    },
    listModels(names: string[]) {
      models = names;
    },
    refuseKeys(...keys: string[]) {
      refusedKeys = new Set(keys);
    },
    /** Clients keep their connections, which the mock would wait for. */
    close: () => Promise.race([mock.stop(), delay(500)]),
  };
}

function json(response: ServerResponse, value: unknown): true {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
  return true;
}

function fail(response: ServerResponse, status: number, message: string, retryAfter?: number | string): true {
  const types: Record<number, string> = {
    401: "authentication_error",
    429: "rate_limit_error",
    529: "overloaded_error",
  };
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfter !== undefined ? { "retry-after": String(retryAfter) } : {}),
  });
  response.end(JSON.stringify({ type: "error", error: { type: types[status] ?? "invalid_request_error", message } }));
  return true;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text || "{}");
}

function readRequest(api: Form, body: Record<string, unknown>, key: string, number: number): LabRequest {
  const about = { api, body, key, number, model: String(body.model) };
  if (api === "responses") return { ...about, ...askedInResponses(body) };
  if (api === "gemini") return { ...about, ...askedInGemini(body) };
  const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);
  const messages = list(body.messages);
  const blocks = messages.flatMap(({ content }) => list(content));
  const results = messages.filter(({ role }) => role === "tool").length;
  return {
    ...about,
    texts: messages.map(({ content }) => (typeof content === "string" ? content : JSON.stringify(content))),
    toolResults: results + blocks.filter(({ type }) => type === "tool_result").length,
    tools: list(body.tools).map((tool) => {
      const { name, function: inner } = tool;
      return String(name ?? Object(inner).name);
    }),
  };
}

async function give(api: Form, asked: LabRequest, answer: LabAnswer, response: ServerResponse): Promise<void> {
  if (answer.status !== undefined && answer.status !== 200) {
    fail(response, answer.status, answer.message ?? "refused", answer.retryAfter);
    return;
  }
  response.writeHead(200, { "content-type": api === "ollama" ? "application/x-ndjson" : "text/event-stream" });
  const text = answer.text ?? "";
  const length = answer.pieceLength ?? 16;
  const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
  const speak = speakers[api](asked, answer);
  const write = (line: string) =>
    response.destroyed || response.write(line) ? undefined : new Promise((resolve) => response.once("drain", resolve));
  await write(speak.begin);
  for (const [index, piece] of pieces.entries()) {
    if (response.destroyed) return;
    if (index === answer.dieAfter) return die(response);
    if (index === answer.silentAfter) return;
    await write(speak.piece(piece));
    if (answer.pieceDelayMs) await delay(answer.pieceDelayMs);
  }
  if (answer.dieAfter !== undefined) return die(response);
  if (answer.silentAfter !== undefined) return;
  response.end(speak.end);
}

/** After what was written has gone out: what is buffered dies with the connection. */
async function die(response: ServerResponse): Promise<void> {
  await delay(150);
  response.destroy();
}

/** Each API's own events; the forms are those of their public documentation. */
const speakers: Record<Form, Speaker> = {
  responses: (asked, answer) => speakResponses(asked, answer),
  gemini: (asked, answer) => speakGemini(asked, answer),
  anthropic: ({ model, ...asked }, answer) => {
    const { input = 10, output = 5, cacheRead = 0, cacheWrite = 0 } = answer.usage ?? {};
    const usage = { input_tokens: input, cache_read_input_tokens: cacheRead, cache_creation_input_tokens: cacheWrite };
    const message = { id: `msg_${asked.number}`, type: "message", role: "assistant", model, content: [] };
    const block = (index: number, content: unknown, deltas: unknown[]) =>
      sse("content_block_start", { type: "content_block_start", index, content_block: content }) +
      deltas.map((delta) => sse("content_block_delta", { type: "content_block_delta", index, delta })).join("") +
      sse("content_block_stop", { type: "content_block_stop", index });
    const hasText = (answer.text ?? "") !== "";
    const calls = callsOf(answer, { model, ...asked });
    const reason = answer.finish === "length" ? "max_tokens" : calls.length > 0 ? "tool_use" : "end_turn";
    return {
      begin:
        sse("message_start", {
          type: "message_start",
          message: { ...message, stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
        }) +
        (hasText
          ? sse("content_block_start", {
              type: "content_block_start",
              index: 0,
              content_block: { type: "text", text: "" },
            })
          : ""),
      piece: (text) =>
        sse("content_block_delta", { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
      end:
        (hasText ? sse("content_block_stop", { type: "content_block_stop", index: 0 }) : "") +
        calls
          .map(({ id, name, input: text }, index) =>
            block(index + (hasText ? 1 : 0), { type: "tool_use", id, name, input: {} }, [
              { type: "input_json_delta", partial_json: text },
            ]),
          )
          .join("") +
        sse("message_delta", {
          type: "message_delta",
          delta: { stop_reason: reason, stop_sequence: null },
          usage: { ...usage, output_tokens: output },
        }) +
        sse("message_stop", { type: "message_stop" }),
    };
  },
  openai_compatible: ({ model, ...asked }, answer) => {
    const { input = 10, output = 5, cacheRead = 0 } = answer.usage ?? {};
    const chunk = (delta: unknown, finish: string | null = null) =>
      sse(undefined, {
        ...{ id: `chatcmpl-${asked.number}`, object: "chat.completion.chunk", created: 1, model },
        choices: [{ index: 0, delta, finish_reason: finish }],
      });
    const calls = callsOf(answer, { model, ...asked });
    const toolCalls = calls.map(({ id, name, input: text }, index) => ({
      ...{ index, id, type: "function", function: { name, arguments: text } },
    }));
    return {
      begin: chunk({ role: "assistant", content: "" }),
      piece: (content) => chunk({ content }),
      end:
        (calls.length > 0 ? chunk({ tool_calls: toolCalls }) : "") +
        chunk({}, answer.finish === "length" ? "length" : calls.length > 0 ? "tool_calls" : "stop") +
        sse(undefined, {
          ...{ id: `chatcmpl-${asked.number}`, object: "chat.completion.chunk", created: 1, model, choices: [] },
          usage: {
            ...{
              prompt_tokens: input + cacheRead,
              completion_tokens: output,
              total_tokens: input + cacheRead + output,
            },
            prompt_tokens_details: { cached_tokens: cacheRead },
          },
        }) +
        sse(undefined, "[DONE]"),
    };
  },
  ollama: ({ model, ...asked }, answer) => {
    const { input = 10, output = 5 } = answer.usage ?? {};
    const line = (more: object) => `${JSON.stringify({ model, created_at: "2026-01-01T00:00:00Z", ...more })}\n`;
    const say = (content: string, more: object = {}) =>
      line({ message: { role: "assistant", content, ...more }, done: false });
    const calls = callsOf(answer, { model, ...asked });
    const toolCalls = calls.map(({ name, input: text }) => ({ function: { name, arguments: JSON.parse(text) } }));
    return {
      begin: say(""),
      piece: (text) => say(text),
      end:
        (calls.length > 0 ? say("", { tool_calls: toolCalls }) : "") +
        line({
          ...{ message: { role: "assistant", content: "" }, done: true },
          ...{ done_reason: answer.finish === "length" ? "length" : "stop" },
          ...{ prompt_eval_count: input, eval_count: output, total_duration: 1, eval_duration: 1 },
        }),
    };
  },
};
