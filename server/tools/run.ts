import { performance } from "node:perf_hooks";
import type { ToolOutcome } from "#db/enums.ts";
import { AppError } from "../errors.ts";
import { nearNames } from "../near-names.ts";
import { checkInput } from "./checking.ts";
import { beginCall, endCall, hashOfInput } from "./journal.ts";
import { executeTool } from "../tracing/gen-ai.ts";
import { inSpan } from "../tracing/spans.ts";
import type { Tool, ToolCall, ToolContext, ToolDeps, ToolResult } from "./tool.ts";

const defaultTimeoutSeconds = 60;
/** What of a result a model is given: the first quarter and the rest from the end, where failures stand. */
export const resultCharacters = 64_000;

interface Ended {
  outcome: ToolOutcome;
  text: string;
}

/**
 * Makes one call of a model: the same handling of unknown names, wrong arguments, time-outs, faults and results of any
 * size for every tool. It leaves a row, and a call that was made before in this attempt gives its first answer again.
 * Never rejects but for faults of ours outside of the tool (a database that is away) and when `context.signal` aborts.
 */
export async function runTool(
  deps: ToolDeps,
  context: ToolContext,
  tools: readonly Tool[],
  call: ToolCall,
): Promise<ToolResult> {
  const startedAt = performance.now();
  context.signal.throwIfAborted();
  const tool = tools.find(({ name }) => name === call.name);
  const inputHash = hashOfInput(call.input);
  const effect = tool?.sideEffect ?? "none";
  const repeatable = effect === "none" || tool?.isRepeatable === true;
  const before = await beginCall(deps.runtime, context, { call, inputHash, effect, repeatable });
  if (before) return { ...before, durationMs: Math.round(performance.now() - startedAt) };
  const ended = await inSpan(
    () => executeTool({ name: tool?.name ?? "unknown", id: call.id }),
    () => settle(deps, context, tool, tools, call),
  );
  const { text, truncated } = bounded(ended.text);
  const durationMs = Math.round(performance.now() - startedAt);
  await endCall(deps.runtime, context, call.id, { outcome: ended.outcome, text, truncated, durationMs });
  context.signal.throwIfAborted();
  return { ...ended, text, truncated, isError: ended.outcome !== "ok", replayed: false, durationMs };
}

async function settle(
  { log }: ToolDeps,
  context: ToolContext,
  tool: Tool | undefined,
  tools: readonly Tool[],
  call: ToolCall,
): Promise<Ended> {
  if (!tool) return { outcome: "refused", text: unknownTool(call.name, tools) };
  try {
    const input = checkInput(tool, call.input);
    // It may have come while the row was written.
    context.signal.throwIfAborted();
    return await withinTime(tool, context, (limited) => tool.execute(limited, input));
  } catch (error) {
    if (context.signal.aborted) return { outcome: "cancelled", text: "The work on this task was stopped." };
    if (error instanceof AppError)
      return { outcome: error.code === "unavailable" ? "failed" : "refused", text: error.message };
    log.error({ error, tool: tool.name, orgId: context.orgId, taskId: context.taskId }, "a tool failed");
    return { outcome: "failed", text: `${tool.name} failed by a fault of its own. Go on without it, or ask a person.` };
  }
}

/** A tool that does not listen to its signal is left behind: nobody waits for it any more. */
async function withinTime(
  tool: Tool,
  context: ToolContext,
  execute: (context: ToolContext) => Promise<string>,
): Promise<Ended> {
  const seconds = tool.timeoutSeconds ?? defaultTimeoutSeconds;
  const limit = new AbortController();
  const signal = AbortSignal.any([context.signal, limit.signal]);
  const over = Promise.withResolvers<Ended>();
  const timer = setTimeout(() => {
    limit.abort();
    over.resolve({
      outcome: "timed_out",
      text: `${tool.name} took longer than ${seconds} s and was left. Try something smaller.`,
    });
  }, seconds * 1_000);
  const stop = () => over.reject(context.signal.reason);
  context.signal.addEventListener("abort", stop, { once: true });
  const running = execute({ ...context, signal }).then((text): Ended => ({ outcome: "ok", text }));
  running.catch(() => undefined);
  over.promise.catch(() => undefined);
  try {
    return await Promise.race([over.promise, running]);
  } catch (error) {
    if (limit.signal.aborted) return await over.promise;
    throw error;
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", stop);
  }
}

function unknownTool(name: string, tools: readonly Tool[]): string {
  const names = tools.map((tool) => tool.name);
  const near = nearNames(name, names);
  const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `There are: ${names.join(", ") || "none"}.`;
  return `There is no tool ${JSON.stringify(name.slice(0, 64))} for this task. ${hint}`;
}

/** PostgreSQL keeps neither zero characters nor halves of one, and no model reads ten megabytes. */
function bounded(raw: string): { text: string; truncated: boolean } {
  const whole = raw.length <= resultCharacters;
  const head = Math.floor(resultCharacters / 4);
  const cut = whole
    ? raw
    : `${raw.slice(0, head)}\n… ${raw.length - resultCharacters} characters left out …\n${raw.slice(head - resultCharacters)}`;
  return { text: cut.replaceAll("\0", "\u2400").toWellFormed(), truncated: !whole };
}
