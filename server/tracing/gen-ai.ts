import type { Span } from "@opentelemetry/api";
import type { SpanWords } from "./spans.ts";

// The semantic conventions of OpenTelemetry for generative AI, all of them here: they are still "Development", and their
// names change. https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/ and …/gen-ai-spans/. What people
// and models say (gen_ai.input.messages and the like) is never put into a span.

/** An agent takes its turn. */
export const invokeAgent = (agent: { name: string; conversationId: string; model: string | null }): SpanWords => ({
  name: `invoke_agent ${agent.name}`,
  attributes: {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": agent.name,
    "gen_ai.conversation.id": agent.conversationId,
    ...(agent.model ? { "gen_ai.request.model": agent.model } : {}),
  },
});

/** A model is called. */
export const chat = (call: { provider: string; model: string; maxTokens: number }): SpanWords => ({
  name: `chat ${call.model}`,
  kind: "client",
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": call.provider,
    "gen_ai.request.model": call.model,
    "gen_ai.request.max_tokens": call.maxTokens,
  },
});

/** What a call of a model used. */
export function noteUsage(span: Span | undefined, used: { inputTokens: number; outputTokens: number }): void {
  span?.setAttributes({
    "gen_ai.usage.input_tokens": used.inputTokens,
    "gen_ai.usage.output_tokens": used.outputTokens,
  });
}

/** A tool is used. `id`: the call's, as the model named it. */
export const executeTool = (tool: { name: string; id?: string }): SpanWords => ({
  name: `execute_tool ${tool.name}`,
  attributes: {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": tool.name,
    "gen_ai.tool.type": "function",
    ...(tool.id ? { "gen_ai.tool.call.id": tool.id } : {}),
  },
});
