import { AppError } from "../errors.ts";
import { openSecrets } from "../keyring.ts";
import { createLogger } from "../log.ts";
import { defineOperation, type FinishContext } from "../operation.ts";
import { checkInput } from "../tools/checking.ts";
import { mcpTools } from "../tools/mcp-tools.ts";
import type { Tool } from "../tools/tool.ts";
import * as schema from "./schema.ts";

// How the agent of a session uses the servers that people attached: the host calls them with the secret that opens them,
// so that neither is in the sandbox; only tools whose description a person accepted are there.

export const listAttachedTools = defineOperation({
  name: "list_attached_tools",
  summary: "List the tools of attached MCP servers that your session may use with use_attached_tool.",
  kind: "git",
  permission: "message:write",
  input: schema.listAttachedToolsInput,
  output: schema.attachedTools,
  run: () => Promise.resolve({}),
  finish: async (_decided, _input, context) => ({
    tools: (await toolsOf(context)).map(({ name, description, parameters }) => ({ name, description, parameters })),
  }),
});

export const useAttachedTool = defineOperation({
  name: "use_attached_tool",
  summary: "Call a tool of an attached MCP server from your session; list_attached_tools tells its parameters.",
  kind: "git",
  permission: "message:write",
  input: schema.useAttachedToolInput,
  output: schema.attachedResult,
  run: () => Promise.resolve({}),
  finish: async (_decided, { name, input }, context) => {
    const tools = await toolsOf(context);
    const tool = tools.find((one) => one.name === name);
    if (!tool) throw new AppError("not_found", `There is no tool ${name} for this session: ${namesOf(tools)}`);
    const checked = checkInput(tool, input);
    const limit = AbortSignal.timeout((tool.timeoutSeconds ?? 60) * 1_000);
    const signal = context.signal ? AbortSignal.any([context.signal, limit]) : limit;
    const { orgId } = context.actor;
    const nowhere = { teamId: "", taskId: "", agentId: "", leaseId: "", attempt: 0 };
    const text = await tool.execute({ ...nowhere, orgId, signal }, checked);
    return { text: text.slice(0, mostCharacters) };
  },
});

/** More of a result than this drowns a conversation. */
const mostCharacters = 64_000;

async function toolsOf({ runtime, actor }: FinishContext): Promise<Tool[]> {
  if (!actor.sessionId)
    throw new AppError("forbidden", "Attached servers are used by agents in a session here, who come with its token.");
  const deps = { runtime, secrets: openSecrets(runtime.settings.dataDir), log: createLogger("tools") };
  const { orgId, sessionId } = actor;
  return mcpTools(deps, { orgId, sessionId, ...(actor.agent ? { agentId: actor.id } : {}) });
}

const namesOf = (tools: readonly Tool[]): string =>
  tools.length === 0 ? "none is attached and accepted." : tools.map(({ name }) => name).join(", ");
