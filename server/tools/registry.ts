import { imageTools } from "./generate-image.ts";
import { localModelTools } from "./local-model.ts";
import { mcpTools } from "./mcp-tools.ts";
import { knowledgeTools } from "./knowledge-tools.ts";
import type { Tool, ToolContext, ToolDeps } from "./tool.ts";
import { readFileTool } from "./read-file.ts";
import { runCommandTool } from "./run-command.ts";
import { writeFileTool } from "./write-file.ts";

/**
 * The tools for one task: those of the task's folder where it has one, and what the organization offers besides.
 * `allowed`: names the task is limited to (`mcp__jira__*` stands for all of a server); left out: all.
 */
export async function toolsFor(deps: ToolDeps, context: ToolContext, allowed?: readonly string[]): Promise<Tool[]> {
  const ofFiles =
    context.workspacePath === undefined
      ? []
      : [readFileTool, writeFileTool, runCommandTool(deps), ...imageTools(deps.runtime.settings)];
  const ownModel = await localModelTools(deps, context);
  const offered: Tool[] = [...ofFiles, ...ownModel, ...knowledgeTools(deps), ...(await mcpTools(deps, context))];
  return allowed === undefined ? offered : offered.filter(({ name }) => isAllowed(name, allowed));
}

/** Whether a list of names, in which `*` stands for any end, has this one. */
function isAllowed(name: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => (entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : entry === name));
}
