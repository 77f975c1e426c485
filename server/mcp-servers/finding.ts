import { and, eq, isNull } from "drizzle-orm";
import { mcpServers } from "#db/schema/mcp-servers.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

export type McpServerRow = typeof mcpServers.$inferSelect;

/** A server that is attached. @throws AppError not_found, the same for missing, detached and foreign. */
export async function findMcpServer({ tx, actor }: Context, id: string): Promise<McpServerRow> {
  const [found] = await tx
    .select()
    .from(mcpServers)
    .where(and(eq(mcpServers.orgId, actor.orgId), eq(mcpServers.id, id), isNull(mcpServers.removedAt)))
    .for("update");
  if (!found)
    throw new AppError("not_found", `There is no MCP server ${id} here. list_mcp_servers shows what is attached.`);
  return found;
}
