import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import { exportMcpServers, importMcpServers } from "./exchange.ts";
import { findMcpServer } from "./finding.ts";
import { readMcpServers } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listMcpServers = defineOperation({
  name: "list_mcp_servers",
  summary: "List attached MCP servers: how they are, their tools, and which descriptions nobody has accepted yet.",
  kind: "read",
  permission: "org:read",
  input: schema.listMcpServersInput,
  output: schema.mcpServerList,
  run: async (context) => ({ servers: await readMcpServers(context) }),
});

export const addMcpServer = defineOperation({
  name: "add_mcp_server",
  summary: "Attach an MCP server, whose tools models may use once a person has accepted their descriptions.",
  kind: "command",
  permission: "org:manage",
  hints: { secret: true },
  input: schema.addMcpServerInput,
  output: schema.mcpServerResult,
  run: async (context, input) => one(context, await service.addMcpServer(context, input)),
});

export const updateMcpServer = defineOperation({
  name: "update_mcp_server",
  summary: "Change an attached MCP server's address, secrets or command, or switch it off and on.",
  kind: "command",
  permission: "org:manage",
  hints: { secret: true },
  input: schema.updateMcpServerInput,
  output: schema.mcpServerResult,
  run: async (context, input) => {
    await service.updateMcpServer(context, input);
    return one(context, input.serverId);
  },
});

export const removeMcpServer = defineOperation({
  name: "remove_mcp_server",
  summary: "Detach an MCP server and forget what opened it.",
  kind: "command",
  permission: "org:manage",
  hints: { destructive: true },
  input: schema.mcpServerInput,
  output: schema.removedMcpServer,
  run: async (context, { serverId }) => {
    await service.removeMcpServer(context, serverId);
    return { removed: true as const };
  },
});

export const checkMcpServer = defineOperation({
  name: "check_mcp_server",
  summary: "Have an attached MCP server asked now; list_mcp_servers shows the answer in a moment.",
  kind: "command",
  permission: "org:manage",
  hints: { idempotent: true },
  input: schema.mcpServerInput,
  output: schema.mcpServerResult,
  run: async (context, { serverId }) => {
    await findMcpServer(context, serverId);
    await service.requestCheck(context, serverId);
    return one(context, serverId);
  },
});

export const offerMcpServer = defineOperation({
  name: "offer_mcp_server",
  summary: "Say for which agents and sessions the tools of an attached server are, or that they are for all.",
  kind: "command",
  permission: "org:manage",
  hints: { idempotent: true },
  input: schema.offerMcpServerInput,
  output: schema.mcpServerResult,
  run: async (context, input) => {
    await service.offerMcpServer(context, input);
    return one(context, input.serverId);
  },
});

export const acceptMcpTools = defineOperation({
  name: "accept_mcp_tools",
  summary: "Let models use tools of an attached server as their descriptions are now.",
  kind: "command",
  permission: "org:manage",
  hints: { idempotent: true },
  input: schema.acceptToolsInput,
  output: schema.mcpServerResult,
  run: async (context, input) => {
    await service.acceptTools(context, input);
    return one(context, input.serverId);
  },
});

export const importMcpServersOperation = defineOperation({
  name: "import_mcp_servers",
  summary: "Attach MCP servers from the mcpServers JSON that other clients keep. Says which were refused and why.",
  kind: "command",
  permission: "org:manage",
  hints: { secret: true },
  input: schema.importMcpServersInput,
  output: schema.importResult,
  run: (context, { mcpServers }) => importMcpServers(context, mcpServers),
});

export const exportMcpServersOperation = defineOperation({
  name: "export_mcp_servers",
  summary: "Give attached MCP servers as the mcpServers JSON of other clients, without secrets.",
  kind: "read",
  permission: "org:manage",
  input: schema.exportMcpServersInput,
  output: schema.exportResult,
  run: exportMcpServers,
});

async function one(context: Context, id: string) {
  const [server] = await readMcpServers(context, sql`m.id = ${id}`);
  if (!server) throw new AppError("not_found", `There is no MCP server ${id} here.`);
  return { server };
}
