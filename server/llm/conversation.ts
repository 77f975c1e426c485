import type { ModelMessage } from "ai";
import type { ModelTier } from "#db/enums.ts";
import type { Actor, Context } from "../context.ts";
import type { Tokens } from "../prices/service.ts";

/** A tool as a model is told of it; whoever converses runs it. */
export interface ToolDescription {
  name: string;
  description: string;
  /** JSON schema of its input. */
  parameters: Record<string, unknown>;
}

/** One thing that is said to a model, by whom, for what and with what at most. */
export interface Conversation {
  orgId: string;
  /** The team that pays, and whose routing table counts. */
  teamId: string;
  agentId?: string | null | undefined;
  userId?: string | null | undefined;
  taskId?: string | null | undefined;
  planId?: string | null | undefined;
  /** Whose usage it is in the log; left out: the product's own. */
  actor?: Actor | undefined;
  /** The session its usage is booked in; left out: one of its own, that ends with it. */
  sessionId?: string | undefined;
  /** What it is for, in a word or two: `plan`, `verify`, `turn`. Names a session of its own. */
  purpose: string;
  /** `provider/model`, a chain of them to be tried in turn, or a tier of the team's table. */
  model?: string | readonly string[] | undefined;
  tier?: ModelTier | undefined;
  system: string;
  messages: readonly ModelMessage[];
  tools?: readonly ToolDescription[] | undefined;
  /** JSON schema of the answer: the model is asked for JSON, and `object` has it. */
  schema?: Record<string, unknown> | undefined;
  maxOutputTokens: number;
  signal?: AbortSignal | undefined;
  /** Silence after which the model is given up; 180 s unless told. */
  idleSeconds?: number | undefined;
  /** An answer that is longer is cut off; 2 MB unless told. */
  mostBytes?: number | undefined;
  onPart?: ((part: Part) => void) | undefined;
  /** Runs in the transaction that books the usage: what was answered is kept with what it cost, or neither is. */
  keep?: ((context: Context, reply: Reply) => Promise<void>) | undefined;
}

/** A piece of an answer as it comes. */
export type Part =
  | { kind: "text" | "reasoning"; text: string }
  | { kind: "tool"; name: string; input: unknown }
  | { kind: "model"; model: string };

export interface ToolCall {
  id: string;
  name: string;
  input: unknown;
  /** Why it cannot be run as it is: no such tool, or arguments that are no JSON. */
  error?: string;
}

export interface Reply {
  text: string;
  /** With a schema: the JSON that came, or undefined when it was none. It is not checked against the schema. */
  object?: unknown;
  toolCalls: ToolCall[];
  /** `length`: it was cut at `maxOutputTokens`. */
  finishReason: string;
  usage: Tokens;
  costMicros: number;
  /** The part of the cost that no budget had room for. */
  uncoveredMicros: number;
  /** `provider/model` that answered. */
  model: string;
  sessionId: string;
  /** What to add to `messages` so that the conversation goes on. */
  messages: ModelMessage[];
}
