import type { AgentContext } from "@agentclientprotocol/sdk";
import * as acp from "@agentclientprotocol/sdk";
import { jsonSchema, type LanguageModel, type ModelMessage, RetryError, streamText, tool as describe } from "ai";
import { ruleOf } from "./modes.ts";
import { keepMessages, unanswered } from "./store.ts";
import type { Result, Tool } from "./tools.ts";

/** A conversation and what it works with. */
export interface Conversation {
  id: string;
  cwd: string;
  mode: string;
  messages: ModelMessage[];
  tools: Tool[];
}

const mostSteps = 100;

const instructions = (cwd: string, mode: string) =>
  `You are a coding agent. You work in ${cwd} with the tools you have. Look before you change, change no more than was asked, and check what you did. Be short.${
    mode === "plan" ? " You are in plan mode: change nothing; say what you would do." : ""
  }`;

/** Answers what was said last: model and tools in turn, until the model has nothing more to do. */
export async function runTurn(
  conversation: Conversation,
  model: LanguageModel,
  client: AgentContext,
  signal: AbortSignal,
): Promise<acp.StopReason> {
  try {
    for (let step = 0; step < mostSteps; step++) {
      const calls = await askModel(conversation, model, client, signal);
      if (calls.length === 0) return "end_turn";
      for (const call of calls) await answerCall(conversation, call, client, signal);
    }
    return "max_turn_requests";
  } catch (error) {
    if (signal.aborted) return "cancelled";
    throw error;
  } finally {
    await add(conversation, unanswered(conversation.messages));
  }
}

export async function add(conversation: Conversation, messages: readonly ModelMessage[]): Promise<void> {
  if (messages.length === 0) return;
  conversation.messages.push(...messages);
  await keepMessages(conversation.id, messages);
}

interface Call {
  id: string;
  name: string;
  input: unknown;
}

const tell = (client: AgentContext, sessionId: string, update: acp.SessionUpdate) =>
  client.notify(acp.methods.client.session.update, { sessionId, update });

async function askModel(
  conversation: Conversation,
  model: LanguageModel,
  client: AgentContext,
  signal: AbortSignal,
): Promise<Call[]> {
  const { id, cwd, mode, messages, tools } = conversation;
  const calls: Call[] = [];
  let failure: unknown;
  const result = streamText({
    ...{ model, messages, abortSignal: signal, maxRetries: 2, maxOutputTokens: 16_000 },
    instructions: instructions(cwd, mode),
    // Without `execute`: the loop runs them, after it has asked.
    tools: Object.fromEntries(
      tools.map(({ name, description, parameters }) => [
        name,
        describe({ description, inputSchema: jsonSchema(parameters) }),
      ]),
    ),
    onError: ({ error }) => {
      failure = error;
    },
  });
  for await (const part of result.stream) {
    signal.throwIfAborted();
    if (part.type === "text-delta")
      await tell(client, id, { sessionUpdate: "agent_message_chunk", content: { type: "text", text: part.text } });
    if (part.type === "reasoning-delta")
      await tell(client, id, { sessionUpdate: "agent_thought_chunk", content: { type: "text", text: part.text } });
    if (part.type === "tool-call") calls.push({ id: part.toolCallId, name: part.toolName, input: part.input });
  }
  signal.throwIfAborted();
  if (failure !== undefined) throw plain(failure);
  const { response } = await result.finalStep;
  await add(conversation, response.messages);
  return calls;
}

/** What the model's door said, without the story of how often it was tried. */
function plain(failure: unknown): Error {
  if (RetryError.isInstance(failure)) return plain(failure.lastError);
  return failure instanceof Error ? failure : new Error(JSON.stringify(failure));
}

async function answerCall(
  conversation: Conversation,
  call: Call,
  client: AgentContext,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const answer = await runCall(conversation, call, client, signal);
  const output = { type: answer.isError ? ("error-text" as const) : ("text" as const), value: answer.text };
  const result = { type: "tool-result" as const, toolCallId: call.id, toolName: call.name, output };
  await add(conversation, [{ role: "tool", content: [result] }]);
}

async function runCall(
  conversation: Conversation,
  call: Call,
  client: AgentContext,
  signal: AbortSignal,
): Promise<Result> {
  const tool = conversation.tools.find(({ name }) => name === call.name);
  if (!tool) return { text: `There is no tool ${call.name}.`, isError: true };
  const { id: sessionId, mode } = conversation;
  const about = {
    ...{ toolCallId: call.id, title: tool.title(call.input), name: tool.name, rawInput: call.input },
    ...{ kind: tool.kind, locations: tool.paths(call.input).map((path) => ({ path })) },
  };
  await tell(client, sessionId, { sessionUpdate: "tool_call", ...about, status: "pending" });
  const finish = async (status: "completed" | "failed", { text, diff }: Result) => {
    const content: acp.ToolCallContent[] = [{ type: "content", content: { type: "text", text } }];
    if (diff) content.push({ type: "diff", ...diff });
    await tell(client, sessionId, { sessionUpdate: "tool_call_update", toolCallId: call.id, status, content });
  };
  const { refusal, note } = await decide(tool, about, { sessionId, mode, client, signal });
  if (refusal !== undefined) {
    await finish("failed", { text: refusal });
    return { text: refusal, isError: true };
  }
  await tell(client, sessionId, { sessionUpdate: "tool_call_update", toolCallId: call.id, status: "in_progress" });
  try {
    const result = await tool.run(call.input, signal);
    await finish(result.isError ? "failed" : "completed", result);
    return note ? { ...result, text: `${result.text}\n\nIt was allowed with the words: ${note}` } : result;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    await finish("failed", { text });
    return { text, isError: true };
  }
}

const options: acp.PermissionOption[] = [
  { optionId: "once", name: "Allow", kind: "allow_once" },
  { optionId: "always", name: "Always allow", kind: "allow_always" },
  { optionId: "no", name: "Reject", kind: "reject_once" },
];

/**
 * Why it is not done (undefined: it may be), and what a person said who allowed it. Also what the mode covers is asked
 * for: rules of others may forbid it.
 */
async function decide(
  tool: Tool,
  toolCall: acp.ToolCallUpdate,
  { sessionId, mode, client, signal }: { sessionId: string; mode: string; client: AgentContext; signal: AbortSignal },
): Promise<{ refusal?: string; note?: string }> {
  const rule = ruleOf(mode, tool.kind);
  if (rule === "refused") return { refusal: "You are in plan mode: nothing is changed. Say what you would do." };
  const asked = client.request(acp.methods.client.session.requestPermission, {
    ...{ sessionId, toolCall, options, _meta: { covered: rule === "covered" } },
  });
  const ended = new Promise<never>((_, fail) =>
    signal.addEventListener("abort", () => fail(new Error("cancelled")), { once: true }),
  );
  const { outcome, _meta } = await Promise.race([asked, ended]);
  const note = typeof _meta?.note === "string" ? _meta.note : "";
  if (outcome.outcome === "selected" && outcome.optionId !== "no") return { note };
  return {
    refusal: note
      ? `This was declined, with the words: ${note}\nDo not do it in another way unless they say so.`
      : "This was not allowed. Do not try it in another way; go on without it, or say what you need.",
  };
}
