import type { InputRequests } from "@modelcontextprotocol/server";
import type { Context } from "#server/context.ts";
import type { Caller } from "#server/door.ts";

/** The result of a tool as `tools/call` answers it. */
export type CallResult = Record<string, unknown> & { content: unknown[]; isError?: boolean };

/** What a look at something unfinished finds. */
export type Look =
  | { state: "working" }
  | { state: "input_required"; inputRequests: InputRequests }
  | { state: "completed"; result: CallResult }
  /** The protocol failed, not the tool: a tool that failed has completed with `isError`. */
  | { state: "failed"; error: { code: number; message: string } };

/** A call that was begun: what its tool was told and decided, and what the client answered since. */
export interface Begun {
  input: Record<string, unknown>;
  decided: unknown;
  responses: Record<string, unknown>;
}

/**
 * A tool whose answer may take long. It decides once, in a transaction, and is looked at again by whoever is asked, in
 * any process, holding nothing in between: so no process has to live for it and a crash loses nothing.
 */
export interface LongTool {
  name: string;
  /** Cannot be answered to a client that does not take tasks. */
  onlyAsTask?: boolean;
  /** `keep` runs in the transaction of the decision. @throws AppError for what the caller did wrong. */
  begin(
    caller: Caller,
    input: Record<string, unknown>,
    keep: (context: Context, decided: unknown) => Promise<void>,
  ): Promise<unknown>;
  look(caller: Caller, begun: Begun, client: { canElicit: boolean }): Promise<Look>;
  /** Takes what the client answered; what it does must bear being done twice. */
  respond?(caller: Caller, begun: Begun): Promise<void>;
}
