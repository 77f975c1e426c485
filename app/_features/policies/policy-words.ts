import type { ToolPolicy } from "#server/policies/schema.ts";

export const effectWords = { allow: "Allow", ask: "Always ask", deny: "Deny" } as const;
export const effectTones = { allow: "success", ask: "warning", deny: "danger" } as const;
export const subjectWords = { command: "Command", path: "Path", network: "Host", tool: "Tool" } as const;
export const patternHints = {
  command: "Exact words, such as npm test; a last * stands for any further words: git log *",
  path: "Of the workspace: docs/** or .env",
  network: "A host such as registry.example.com or *.example.com",
  tool: "The tool's name, such as Edit or mcp__tracker__*",
} as const;

/** What a policy is of, in words. */
export function subjectOf({ subject, access }: Pick<ToolPolicy, "subject" | "access">): string {
  if (subject !== "path" || !access) return subjectWords[subject];
  return access === "read" ? "Read path" : "Write path";
}
