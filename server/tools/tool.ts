import type { ToolEffect, ToolOutcome } from "#db/enums.ts";
import type { Runtime } from "../context.ts";
import type { Secrets } from "../keyring.ts";
import type { Logger } from "../log.ts";

/** JSON Schema (2020-12) of an object. */
export type JsonSchema = Record<string, unknown>;

/** What tools need of the process that runs them: a part of the worker is given all of it. */
export interface ToolDeps {
  runtime: Runtime;
  secrets: Pick<Secrets, "keyring">;
  log: Pick<Logger, "error" | "warn">;
}

/** For whom, on what and until when a tool works. */
export interface ToolContext {
  orgId: string;
  teamId: string;
  taskId: string;
  agentId: string;
  leaseId: string;
  /** Counts the executions of the task. What a call did is known by it and the call's id, so a retry repeats nothing. */
  attempt: number;
  /** The folder of the task's files on this machine; without one there are no tools for files and commands. */
  workspacePath?: string;
  signal: AbortSignal;
}

/** Something a model may call while it works on a task. */
export interface Tool {
  /** `^[a-zA-Z0-9_-]{1,64}$`, which every provider of models takes. */
  name: string;
  /** For the model. Of attached servers: only what a person accepted. */
  description: string;
  parameters: JsonSchema;
  /** `none` may be done again at any time; `workspace` changes files of the task; `outside` anything else. */
  sideEffect: ToolEffect;
  /** Doing it a second time is the same as doing it once, so a call that died half-way is done again. `none` always is. */
  isRepeatable?: boolean;
  /** How long one call may take; 60 when left out. */
  timeoutSeconds?: number;
  /**
   * Does it. The input fits `parameters`. @returns the text the model reads.
   * @throws AppError for what the model can mend; its message is the answer.
   */
  execute(context: ToolContext, input: Record<string, unknown>): Promise<string>;
}

/** One call as a model made it. */
export interface ToolCall {
  /** The model's own id of the call; one `attempt` never uses it twice. */
  id: string;
  name: string;
  /** What the model sent: parsed JSON, or whatever it was. */
  input: unknown;
}

/** What goes back to the model, whatever happened. */
export interface ToolResult {
  outcome: ToolOutcome;
  /** The answer, or what was wrong and what is possible now. */
  text: string;
  isError: boolean;
  truncated: boolean;
  /** It is the answer of before: nothing was done again. */
  replayed: boolean;
  durationMs: number;
}
