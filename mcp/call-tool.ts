import type { Caller } from "#server/door.ts";
import { AppError, type ErrorBody } from "#server/errors.ts";
import { execute } from "#server/execute.ts";
import { nearNames } from "#server/near-names.ts";
import { shownTools, tools } from "./tool-table.ts";

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
  const operation = tools.get(call.name);
  if (!operation) throw new UnknownTool(call.name, caller);
  try {
    return told(
      await execute(operation, caller.runtime, caller.actor, call.arguments, {
        requestId: caller.requestId,
        idempotencyKey: idempotencyKeyOf(call),
        signal,
      }),
    );
  } catch (error) {
    return refusedAs(caller.explain(error));
  }
}

/** What an operation answered, as the result of a tool. */
export function told(structured: Record<string, unknown>): ToolResult {
  const json = JSON.stringify(structured);
  return { text: json, structured, json, isError: false };
}

/** What went wrong, as the result of a tool: its code and what is possible now; of a bug only the id of the request. */
export function refusedAs(said: ErrorBody["error"]): ToolResult {
  const structured = { error: said };
  const text = said.code === "internal" ? `internal error, request ${said.requestId}` : `${said.code}: ${said.message}`;
  return { text, structured, json: JSON.stringify(structured), isError: true };
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
    const shown = shownTools(actor.permissions);
    const near = nearNames(
      name,
      shown.map((tool) => tool.name),
    );
    super(
      `Unknown tool "${name.slice(0, 80)}".${near.length > 0 ? ` Did you mean ${near.join(", ")}?` : " See tools/list."}`,
    );
  }
}

function idempotencyKeyOf({ _meta }: ToolCall): string | undefined {
  const key = _meta?.["entourage/idempotencyKey"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && key.length > 0 && key.length <= 200) return key;
  throw new AppError("invalid", '_meta["entourage/idempotencyKey"] must be a text of at most 200 characters.');
}
