import { z } from "zod";
import { id, text, none } from "../events/shapes.ts";

export const mcpServerEvents = {
  "mcp_server.added": z.object({
    name: text,
    transport: z.enum(["http", "stdio"]),
    url: text.nullable(),
    command: text.nullable(),
    args: z.array(text),
    secretNames: z.array(text),
  }),
  "mcp_server.updated": z
    .object({ url: text, command: text, args: z.array(text), secretNames: z.array(text), enabled: z.boolean() })
    .partial(),
  /** Descriptions of tools that a person read: the hash of each, by the tool's name. */
  "mcp_server.tools_accepted": z.object({ tools: z.record(text, text) }),
  /** For which agents and sessions its tools are; null: for all. */
  "mcp_server.offered": z.object({
    to: z.object({ agentIds: z.array(id), sessionIds: z.array(id) }).nullable(),
  }),
  "mcp_server.removed": none,
} as const;
