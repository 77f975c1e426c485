import type { ModelMessage, ToolModelMessage } from "ai";
import type { ToolCall } from "#server/tools/tool.ts";

/** A call of the model that nobody has answered yet. `place` makes its id one of a kind in the turn. */
export interface OpenCall extends ToolCall {
  /** The id the model knows it by. */
  modelId: string;
}

/** The calls at the end of a conversation that have no answer, in order: what is to be done before the model goes on. */
export function openCalls(messages: readonly ModelMessage[]): OpenCall[] {
  const place = messages.findLastIndex(({ role }) => role === "assistant");
  const said = messages[place];
  if (said?.role !== "assistant" || typeof said.content === "string") return [];
  const answered = new Set(
    messages
      .slice(place + 1)
      .flatMap((message) => (message.role === "tool" ? message.content : []))
      .flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : [])),
  );
  return said.content.flatMap((part) =>
    part.type === "tool-call" && !answered.has(part.toolCallId)
      ? // Some models count their calls anew in each answer.
        [
          {
            id: `${place}:${part.toolCallId}`.slice(0, 200),
            modelId: part.toolCallId,
            name: part.toolName,
            input: part.input,
          },
        ]
      : [],
  );
}

/** The answer of one call, as the model reads it. */
export const answerTo = (
  { modelId, name }: OpenCall,
  { text, isError }: { text: string; isError: boolean },
): ToolModelMessage => ({
  role: "tool",
  content: [
    {
      ...{ type: "tool-result", toolCallId: modelId, toolName: name },
      output: { type: isError ? "error-text" : "text", value: text },
    },
  ],
});

/** The model's last words. */
export function lastWords(messages: readonly ModelMessage[]): string {
  const said = messages.findLast(({ role }) => role === "assistant");
  if (said?.role !== "assistant") return "";
  if (typeof said.content === "string") return said.content;
  return said.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** How often the last call was made with just the same arguments in a row, over the whole conversation. */
export function sameInARow(messages: readonly ModelMessage[]): number {
  const calls = messages.flatMap((message) =>
    message.role === "assistant" && typeof message.content !== "string"
      ? message.content.flatMap((part) =>
          part.type === "tool-call" ? [`${part.toolName} ${JSON.stringify(part.input)}`] : [],
        )
      : [],
  );
  const last = calls.at(-1);
  const before = calls.findLastIndex((call) => call !== last);
  return calls.length - before - 1;
}
