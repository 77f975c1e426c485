import { callsOf, type LabRequest, type Speaker, sse } from "./lab-answer.ts";

type Asked = Pick<LabRequest, "texts" | "toolResults" | "tools">;
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);

/** https://platform.openai.com/docs/api-reference/responses/create; tools of MCP servers come in namespaces (seen). */
export function askedInResponses({ input, tools }: Record<string, unknown>): Asked {
  const items = list(input);
  return {
    texts: typeof input === "string" ? [input] : items.map(({ content, output }) => JSON.stringify(content ?? output)),
    toolResults: items.filter(({ type }) => String(type).endsWith("_output")).length,
    tools: list(tools).flatMap(({ type, name, tools: inner }) =>
      type === "namespace" ? list(inner).map((tool) => `${String(name)}/${String(tool.name)}`) : [String(name ?? type)],
    ),
  };
}

/** A tool of a namespace is called as `namespace/name`. */
export const speakResponses: Speaker = (asked, answer) => {
  const { input = 10, output = 5, cacheRead = 0 } = answer.usage ?? {};
  const response = { id: `resp_${asked.number}`, object: "response", model: asked.model, created_at: 1 };
  const event = (type: string, more: object) => sse(type, { type, ...more });
  const text = answer.text ?? "";
  const message = { type: "message", id: `msg_${asked.number}`, role: "assistant" };
  const part = { item_id: message.id, output_index: 0, content_index: 0 };
  const whole = { ...message, status: "completed", content: [{ type: "output_text", text, annotations: [] }] };
  const calls = callsOf(answer, asked).map(({ id, name, input: args }) => {
    const [tool, namespace] = name.split("/").reverse();
    const named = namespace ? { name: tool, namespace } : { name: tool };
    return { type: "function_call", id: `fc_${id}`, call_id: id, ...named, arguments: args, status: "completed" };
  });
  const usage = {
    ...{ input_tokens: input + cacheRead, output_tokens: output, total_tokens: input + cacheRead + output },
    ...{ input_tokens_details: { cached_tokens: cacheRead }, output_tokens_details: { reasoning_tokens: 0 } },
  };
  return {
    begin:
      event("response.created", { response: { ...response, status: "in_progress", output: [] } }) +
      (text
        ? event("response.output_item.added", {
            output_index: 0,
            item: { ...message, status: "in_progress", content: [] },
          })
        : ""),
    piece: (delta) => event("response.output_text.delta", { ...part, delta }),
    end:
      (text ? event("response.output_item.done", { output_index: 0, item: whole }) : "") +
      calls.map((item, index) => event("response.output_item.done", { output_index: index + 1, item })).join("") +
      event("response.completed", {
        response: { ...response, status: "completed", output: [...(text ? [whole] : []), ...calls], usage },
      }),
  };
};

export const geminiModelOf = (path: string): string | undefined =>
  /^\/v1beta\/models\/([^/:]+):(?:streamG|g)enerateContent$/.exec(path)?.[1];

/** https://ai.google.dev/api/generate-content */
export function askedInGemini({ contents, tools }: Record<string, unknown>): Asked {
  const parts = list(contents).flatMap((content) => list(content.parts));
  return {
    texts: parts.map((part) => (typeof part.text === "string" ? part.text : JSON.stringify(part))),
    toolResults: parts.filter((part) => "functionResponse" in part).length,
    tools: list(tools).flatMap((tool) => list(tool.functionDeclarations).map(({ name }) => String(name))),
  };
}

export const speakGemini: Speaker = (asked, answer) => {
  const { input = 10, output = 5, cacheRead = 0 } = answer.usage ?? {};
  const piece = (parts: object[], more: object = {}, candidate: object = {}) =>
    sse(undefined, {
      candidates: [{ content: { role: "model", parts }, index: 0, ...candidate }],
      ...{ modelVersion: asked.model, responseId: `r${asked.number}`, ...more },
    });
  const calls = callsOf(answer, asked).map(({ name, input: args }) => ({
    functionCall: { name, args: JSON.parse(args) },
  }));
  const usageMetadata = {
    ...{ promptTokenCount: input + cacheRead, cachedContentTokenCount: cacheRead, candidatesTokenCount: output },
    totalTokenCount: input + cacheRead + output,
  };
  return {
    begin: "",
    piece: (text) => piece([{ text }]),
    end: piece(calls, { usageMetadata }, { finishReason: answer.finish === "length" ? "MAX_TOKENS" : "STOP" }),
  };
};
