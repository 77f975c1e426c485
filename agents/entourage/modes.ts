import type { ToolKind } from "./tools.ts";

export const modes = [
  { id: "ask", name: "Ask before changes" },
  { id: "edits", name: "Accept edits" },
  { id: "plan", name: "Plan only" },
  { id: "auto", name: "Do everything" },
];

/** What the mode says to a tool: whoever watches is told in any case, and may forbid it. */
export function ruleOf(mode: string, kind: ToolKind): "covered" | "ask" | "refused" {
  if (kind === "read" || kind === "search" || mode === "auto") return "covered";
  if (mode === "plan") return "refused";
  return mode === "edits" && kind === "edit" ? "covered" : "ask";
}
