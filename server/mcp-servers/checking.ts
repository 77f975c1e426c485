import { sql } from "drizzle-orm";
import { z } from "zod";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { listMcpTools, type McpTarget, type McpTool } from "../drivers/mcp-client.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { decryptSecret, type Keyring } from "../keyring.ts";

export interface AttachedServer extends Record<string, unknown> {
  orgId: string;
  id: string;
  name: string;
  transport: "http" | "stdio";
  url: string | null;
  command: string | null;
  args: string[];
  sealed: string | null;
  tools: McpTool[] | null;
  accepted: Record<string, string>;
  offeredTo: { agentIds: string[]; sessionIds: string[] } | null;
}

const checkMilliseconds = 10_000;

/** Attached servers that are switched on; `due`: those that were not asked within half a minute, or are to be asked now. */
export async function listAttached({ tx }: Context, which: { orgId: string } | "due"): Promise<AttachedServer[]> {
  const chosen =
    which === "due"
      ? sql`(s.checked_at is null or s.checked_at < now() - interval '30 seconds' or c.requested_at is not null)`
      : sql`m.org_id = ${which.orgId}`;
  return tx.execute<AttachedServer>(sql`select m.org_id as "orgId", m.id, m.name, m.transport, m.url, m.command, m.args, m.accepted, m.offered_to as "offeredTo",
      x.sealed, s.tools
    from mcp_servers m left join mcp_server_secrets x on x.org_id = m.org_id and x.server_id = m.id
    left join mcp_server_states s on s.org_id = m.org_id and s.server_id = m.id
    left join mcp_server_checks c on c.org_id = m.org_id and c.server_id = m.id
   where m.removed_at is null and m.enabled and ${chosen} order by m.org_id, m.name limit 200`);
}

const sealedValues = z.record(z.string(), z.string());

/** What is needed to reach a server, its secrets opened. */
export function targetOf(server: AttachedServer, settings: Runtime["settings"], keyring: Keyring): McpTarget {
  if (server.transport === "stdio" && !settings.mcpStdio)
    throw new AppError("unavailable", "Programs on this machine are not allowed here any more (ENTOURAGE_MCP_STDIO).");
  const place = { orgId: server.orgId, table: "mcp_server_secrets", rowId: server.id, column: "sealed" };
  const secrets =
    server.sealed === null ? {} : sealedValues.parse(JSON.parse(decryptSecret(keyring, server.sealed, place)));
  const { name, transport, url, command, args } = server;
  return { name, transport, url, command, args, secrets, trustedHosts: settings.trustedHosts };
}

/** Asks a server what its tools are, and keeps how it is. Tools of before stay known while it is down. */
export async function checkMcpServer(
  runtime: Runtime,
  keyring: Keyring,
  server: AttachedServer,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(checkMilliseconds)]);
  let found: { status: "up" | "down"; detail: string; tools: McpTool[] };
  try {
    const tools = await listMcpTools(targetOf(server, runtime.settings, keyring), limit);
    found = { status: "up", detail: tools.length === 1 ? "1 tool" : `${tools.length} tools`, tools };
  } catch (error) {
    if (signal.aborted) return;
    const detail =
      error instanceof AppError
        ? error.message
        : limit.aborted
          ? "It did not answer within 10 s."
          : "It could not be asked.";
    found = { status: "down", detail, tools: server.tools ?? [] };
  }
  const tools = JSON.stringify(found.tools);
  await inTransaction(runtime, systemActor(server.orgId, "monitor"), { requestId: newId() }, async ({ tx }) => {
    await tx.execute(sql`insert into mcp_server_states (org_id, server_id, status, detail, tools, checked_at)
      select m.org_id, m.id, ${found.status}, ${found.detail}, ${tools}::text::jsonb, now() from mcp_servers m
       where m.org_id = ${server.orgId} and m.id = ${server.id} and m.removed_at is null
      on conflict (org_id, server_id) do update set status = excluded.status, detail = excluded.detail, tools = excluded.tools,
        checked_at = excluded.checked_at`);
    await tx.execute(sql`delete from mcp_server_checks where org_id = ${server.orgId} and server_id = ${server.id}`);
  });
}
