import type { Caller } from "#server/door.ts";
import { AppError, type ErrorBody } from "#server/errors.ts";
import { execute } from "#server/execute.ts";
import { nearNames } from "#server/near-names.ts";
import type { Operation } from "#server/operation.ts";
import { executeTool } from "#server/tracing/gen-ai.ts";
import { inSpan } from "#server/tracing/spans.ts";
import { FIND, findAmong, RUN, readRun } from "./reaching.ts";
import { shownTools, tools, usableTools } from "./tool-table.ts";

/** `tools/call` as both eras send it. */
export interface ToolCall {
  name: string;
  arguments?: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}

export interface ToolResult {
  text: string;
  structured: Record<string, unknown>;
  /** `structured` as JSON: written once, for the text that most agents read and for the thin path. */
  json: string;
  isError: boolean;
}

/** Runs a tool. Failures are results too, for the agent to read and act upon. */
export async function callTool(call: ToolCall, caller: Caller, signal: AbortSignal): Promise<ToolResult> {
  if (call.name === FIND) return attempt(caller, () => findAmong(usableTools(caller.actor), call.arguments));
  if (call.name === RUN) return attempt(caller, () => runByName(call, caller, signal));
  const operation = tools.get(call.name);
  if (!operation) throw new UnknownTool(call.name, caller);
  return attempt(caller, () => runTool(operation, call, caller, signal));
}

async function attempt(
  caller: Caller,
  work: () => Record<string, unknown> | Promise<Record<string, unknown>>,
): Promise<ToolResult> {
  try {
    return told(await work());
  } catch (error) {
    return refusedAs(caller.explain(error));
  }
}

const runTool = (operation: Operation, call: ToolCall, { runtime, actor, requestId }: Caller, signal: AbortSignal) =>
  inSpan(
    () => executeTool({ name: operation.name }),
    () =>
      execute(operation, runtime, actor, call.arguments, { requestId, idempotencyKey: idempotencyKeyOf(call), signal }),
  );

function runByName(call: ToolCall, caller: Caller, signal: AbortSignal) {
  const { name, input } = readRun(call.arguments);
  const operation = tools.get(name);
  if (!operation) throw new AppError("not_found", nothingCalled(name, usableTools(caller.actor)));
  return runTool(operation, { ...call, name, arguments: input }, caller, signal);
}

/** What an operation answered, as the result of a tool. */
export function told(structured: Record<string, unknown>): ToolResult {
  const json = JSON.stringify(structured);
  return { text: json, structured, json, isError: false };
}

/** What went wrong, as the result of a tool: its code and what is possible now. */
export function refusedAs(said: ErrorBody["error"]): ToolResult {
  const structured = { error: said };
  return { text: `${said.code}: ${said.message}`, structured, json: JSON.stringify(structured), isError: true };
}

/** The same in the words of the protocol. */
export const callResultOf = ({ text, structured, isError }: ToolResult) => ({
  content: [{ type: "text" as const, text }],
  structuredContent: structured,
  ...(isError && { isError }),
});

/** The name of no tool: an error of the protocol, not of a tool. */
export class UnknownTool extends Error {
  constructor(name: string, { actor }: Caller) {
    super(nothingCalled(name, shownTools(actor)));
  }
}

function nothingCalled(name: string, there: readonly { name: string }[]): string {
  const near = nearNames(
    name,
    there.map((tool) => tool.name),
  );
  return `Unknown tool "${name.slice(0, 80)}".${near.length > 0 ? ` Did you mean ${near.join(", ")}?` : " See tools/list and find_operation."}`;
}

function idempotencyKeyOf({ _meta }: ToolCall): string | undefined {
  const key = _meta?.["entourage/idempotencyKey"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && key.length > 0 && key.length <= 200) return key;
  throw new AppError("invalid", '_meta["entourage/idempotencyKey"] must be a text of at most 200 characters.');
}
