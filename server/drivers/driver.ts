import type { BoxProcess } from "../sandbox/box.ts";
import type { SessionUpdate } from "../sessions/schema.ts";

/** Speaks with one kind of agent that runs in a sandbox. It knows nothing of sessions, people or the database. */
export interface AgentDriver {
  /** Starts the agent and its conversation, or takes up the one that `resume` names. @throws AppError in words */
  connect(options: DriverOptions): Promise<AgentConnection>;
}

export interface DriverOptions {
  /** Starts a program in the session's sandbox. */
  spawn(args: string[], env: Record<string, string>): Promise<BoxProcess>;
  /** The working directory, as the sandbox sees it. */
  cwd: string;
  mcpServers: { name: string; url: string; headers: Record<string, string> }[];
  /** As the provider of the model names it; null: the agent's own choice. */
  model: string | null;
  mode: string | null;
  /** The agent's own id of the conversation to go on with. */
  resume: string | null;
  onUpdate: (update: SessionUpdate) => void;
  /** Holds the tool up until somebody decides. `signal` ends when the turn does. */
  askPermission: (ask: PermissionAsk, signal: AbortSignal) => Promise<PermissionAnswer>;
}

export interface PermissionAnswer {
  decision: "allow_once" | "allow_always" | "reject";
  /** What the person who decided said with it. Told where the agent's protocol has a place for it. */
  note?: string;
}

/** A tool that an agent wants to use. */
export interface PermissionAsk {
  toolId: string;
  title: string;
  /** The tool's name as the agent calls it: `write`, `bash`, `mcp__tracker__create`. */
  tool: string;
  toolKind: string;
  input: unknown;
  /** Files it would touch, as the sandbox sees them. */
  paths: string[];
  /** What a shell would run. */
  command: string | null;
  /** The agent's mode lets it do this unasked: only a rule may still forbid it. */
  isCovered?: boolean;
}

export interface AgentConnection {
  /** The agent's own id of the conversation: what `resume` takes. */
  id: string;
  modes: { id: string; name: string }[];
  /** False: the conversation that was to be taken up is not there any more, and a new one was begun. */
  resumed: boolean;
  /** One turn, to its end. Rejects when the agent broke down. */
  prompt(
    text: string,
    attachments: { name: string; mimeType: string; data: Buffer }[],
  ): Promise<{ stopReason: string }>;
  /** Ends the turn; its `prompt` resolves with `cancelled`. */
  cancel(): Promise<void>;
  setMode(id: string): Promise<void>;
  /** Resolves when the agent is gone, whyever. */
  closed: Promise<void>;
  close(): Promise<void>;
}
