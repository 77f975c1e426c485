import type { AgentRole, AgentRuntime } from "#db/enums.ts";

export const roleWords: Record<AgentRole, { label: string; does: string }> = {
  engineer: { label: "Engineer", does: "Takes tasks, works on a branch, asks for review." },
  reviewer: { label: "Reviewer", does: "Reads what others pushed and gives a verdict." },
  manager: { label: "Manager", does: "Makes and assigns tasks, and looks after the board." },
};

export const runtimeWords: Record<AgentRuntime, { label: string; does: string }> = {
  external: { label: "External", does: "You run it: Claude Code, Cursor, VS Code or your own. It comes over MCP." },
  scripted: { label: "Scripted", does: "A program with fixed steps that comes over MCP, such as the sample's." },
  acp: {
    label: "Coding agent",
    does: "Works here in a sandbox: Claude Code, Codex, Gemini, OpenCode or the bundled agent, with your keys.",
  },
  model: {
    label: "Model",
    does: "Works here by itself: calls models with your keys, in its own folder, with the tools you allow.",
  },
};

/** What a person can add. */
export const offeredRuntimes = ["external", "acp", "model", "scripted"] as const satisfies readonly AgentRuntime[];

/** Whether it comes over MCP, with a key; the others are started here and need none. */
export const comesByKey = ({ runtime }: { runtime: AgentRuntime }) => runtime === "external" || runtime === "scripted";
