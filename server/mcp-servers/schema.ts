import { z } from "zod";
import { resourceStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author } from "../tasks/schema.ts";

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, "Use small letters, digits and -, 31 at most.")
  .describe("Stands in the names of its tools: mcp__<name>__<tool>.");
const url = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .describe("Address of the server, by Streamable HTTP.");
const command = z
  .string()
  .min(1)
  .max(500)
  .describe("A program on this machine; only where the installation allows it.");
const args = z.array(z.string().max(2_000)).max(50);
const secrets = z
  .record(
    z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
    z
      .string()
      .max(8_000)
      .regex(/^[^\r\n\0]*$/, "One line each."),
  )
  .describe("Headers (http) or variables (stdio) with their values. They are sealed and never shown again.");

const tool = z.object({
  name: z.string(),
  /** As models call it. */
  fullName: z.string(),
  description: z.string(),
  hash: z.string(),
  isReadOnly: z.boolean(),
  state: z
    .enum(["accepted", "new", "changed"])
    .describe("new and changed ones are not offered until a person accepts them."),
});

export const mcpServer = z.object({
  id,
  name: z.string(),
  transport: z.enum(["http", "stdio"]),
  url: z.string().nullable(),
  command: z.string().nullable(),
  args: z.array(z.string()),
  secretNames: z.array(z.string()),
  enabled: z.boolean(),
  offeredTo: z
    .object({ agentIds: z.array(id), sessionIds: z.array(id) })
    .nullable()
    .describe("Null: all agents and sessions of the organization."),
  addedBy: author,
  addedAt: isoTime,
  health: z.object({ status: z.enum(resourceStatuses), detail: z.string(), checkedAt: isoTime.nullable() }),
  tools: z.array(tool),
});
export type McpServer = z.output<typeof mcpServer>;

export const listMcpServersInput = z.strictObject({});
export const mcpServerList = z.object({ servers: z.array(mcpServer) });
export const mcpServerResult = z.object({ server: mcpServer });
export const addMcpServerInput = z.strictObject({
  name,
  transport: z.enum(["http", "stdio"]),
  url: url.optional(),
  command: command.optional(),
  args: args.default([]),
  secrets: secrets.default({}),
});
export const updateMcpServerInput = z.strictObject({
  serverId: id,
  url: url.optional(),
  command: command.optional(),
  args: args.optional(),
  secrets: secrets.optional(),
  enabled: z.boolean().optional(),
});
export const mcpServerInput = z.strictObject({ serverId: id });
export const offerMcpServerInput = z.strictObject({
  serverId: id,
  agentIds: z.array(id).max(200).default([]),
  sessionIds: z.array(id).max(200).default([]),
  everybody: z.boolean().default(false).describe("True: for all of the organization, as when it was attached."),
});
export const acceptToolsInput = z.strictObject({
  serverId: id,
  tools: z
    .record(z.string().min(1).max(200), z.string().regex(/^[0-9a-f]{64}$/))
    .describe("The hash of each tool's description as you read it, by the tool's name."),
});
const entry = z.object({
  type: z.string().optional(),
  url: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
export const mcpServersJson = z.record(z.string(), entry);
export const importMcpServersInput = z.strictObject({
  mcpServers: z
    .record(z.string().max(200), z.unknown())
    .describe("As other clients keep it: by name, each with url and headers, or command, args and env."),
});
export const importResult = z.object({
  added: z.array(z.string()),
  refused: z.array(z.object({ name: z.string(), why: z.string() })),
});
export const exportMcpServersInput = z.strictObject({});
export const exportResult = z.object({
  mcpServers: mcpServersJson.describe("Values of headers and variables are left out: ${NAME} stands in their place."),
});
export const removedMcpServer = z.object({ removed: z.literal(true) });
