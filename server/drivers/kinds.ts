import { AppError } from "../errors.ts";

/** A mode of an agent: how much it does unasked, by its own id. */
export interface AgentMode {
  id: string;
  name: string;
}

/** What an agent is before it runs. How each is started stands in `launching.ts`. */
export interface AgentKind {
  id: string;
  name: string;
  driver: "acp" | "claude-sdk";
  /** `model`: the forms of model API that it speaks. */
  apis: readonly ("anthropic" | "openai")[];
  modes: readonly AgentMode[];
  /** A mode in which people are asked before anything is changed. */
  defaultMode: string;
  /** The package in `agents/` it comes from; null: bundled. */
  package: string | null;
  /** Decisions about a tool that reach it with the words that a person gave with them. */
  hearsNotes?: readonly ("yes" | "no")[];
}

const ours = [
  { id: "ask", name: "Ask before changes" },
  { id: "edits", name: "Accept edits" },
  { id: "plan", name: "Plan only" },
  { id: "auto", name: "Do everything" },
] as const;

const claudeModes = [
  { id: "default", name: "Ask before changes" },
  { id: "acceptEdits", name: "Accept edits" },
  { id: "plan", name: "Plan only" },
  { id: "bypassPermissions", name: "Do everything" },
] as const;

/** The agents we can drive, the bundled one first: it is there where nothing else is. */
export const agentKinds: readonly AgentKind[] = [
  {
    ...{ id: "entourage", name: "Entourage", driver: "acp", apis: ["anthropic", "openai"] },
    ...{ modes: ours, defaultMode: "ask", package: null, hearsNotes: ["yes", "no"] },
  },
  {
    ...{ id: "claude", name: "Claude Code", driver: "acp", apis: ["anthropic"], modes: claudeModes },
    ...{ defaultMode: "default", package: "@agentclientprotocol/claude-agent-acp" },
  },
  {
    ...{ id: "claude-sdk", name: "Claude Agent SDK", driver: "claude-sdk", apis: ["anthropic"], modes: claudeModes },
    ...{ defaultMode: "default", package: "@anthropic-ai/claude-agent-sdk", hearsNotes: ["no"] },
  },
  {
    ...{ id: "codex", name: "Codex", driver: "acp", apis: ["openai"] },
    modes: [
      { id: "read-only", name: "Ask before changes" },
      { id: "agent", name: "Accept edits" },
      { id: "agent-full-access", name: "Do everything" },
    ],
    ...{ defaultMode: "read-only", package: "@agentclientprotocol/codex-acp" },
  },
  {
    ...{ id: "gemini", name: "Gemini CLI", driver: "acp", apis: ["openai"] },
    modes: [
      { id: "default", name: "Ask before changes" },
      { id: "autoEdit", name: "Accept edits" },
      { id: "plan", name: "Plan only" },
      { id: "yolo", name: "Do everything" },
    ],
    ...{ defaultMode: "default", package: "@google/gemini-cli" },
  },
  {
    ...{ id: "opencode", name: "OpenCode", driver: "acp", apis: ["anthropic", "openai"] },
    modes: [
      { id: "build", name: "Build" },
      { id: "plan", name: "Plan only" },
    ],
    ...{ defaultMode: "build", package: "opencode-ai" },
  },
];

/** The kind by its id; undefined for one that is not known (any more). */
export const findKind = (id: string | null): AgentKind | undefined => agentKinds.find((kind) => kind.id === id);

/** @throws AppError invalid, naming those there are. */
export function requireKind(id: string): AgentKind {
  const kind = findKind(id);
  if (kind) return kind;
  throw new AppError("invalid", `There is no agent ${id}. There are: ${agentKinds.map((one) => one.id).join(", ")}.`);
}

/** The mode itself, or the kind's own where none is named. @throws AppError invalid, naming those there are. */
export function requireMode(kind: AgentKind, mode: string | null): string {
  if (mode === null) return kind.defaultMode;
  if (kind.modes.some(({ id }) => id === mode)) return mode;
  throw new AppError(
    "invalid",
    `${kind.name} has no mode ${mode}. It has: ${kind.modes.map(({ id }) => id).join(", ")}.`,
  );
}
