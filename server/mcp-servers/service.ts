import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { mcpServers } from "#db/schema/mcp-servers.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { encryptSecret, openSecrets } from "../keyring.ts";
import { findMcpServer, type McpServerRow } from "./finding.ts";
import type { acceptToolsInput, addMcpServerInput, offerMcpServerInput, updateMcpServerInput } from "./schema.ts";

const mostServers = 50;

/** Attaches a server. Its tools are offered when a person has accepted them. */
export async function addMcpServer(context: Context, input: z.output<typeof addMcpServerInput>): Promise<string> {
  const { tx, actor } = context;
  refuseMisfit(context, input);
  const there = await tx
    .select({ name: mcpServers.name })
    .from(mcpServers)
    .where(and(eq(mcpServers.orgId, actor.orgId), isNull(mcpServers.removedAt)));
  if (there.some(({ name }) => name === input.name))
    throw new AppError("conflict", `There is an MCP server ${input.name} already. Give this one another name.`);
  if (there.length >= mostServers)
    throw new AppError("conflict", `${mostServers} MCP servers are attached. Detach some first.`);
  const id = newId();
  const { name, transport, url = null, command = null, args, secrets } = input;
  await record(context, "mcp_server.added", [
    { subject: id, data: { name, transport, url, command, args, secretNames: Object.keys(secrets) } },
  ]);
  await keepSecrets(context, id, secrets);
  await requestCheck(context, id);
  return id;
}

/** Changes where a server is or what opens it. What its tools are is asked anew. */
export async function updateMcpServer(
  context: Context,
  { serverId, secrets, ...changes }: z.output<typeof updateMcpServerInput>,
): Promise<void> {
  const found = await findMcpServer(context, serverId);
  refuseMisfit(context, { ...whereIs(found), ...changes });
  const data = { ...changes, ...(secrets ? { secretNames: Object.keys(secrets) } : {}) };
  if (Object.keys(data).length > 0) await record(context, "mcp_server.updated", [{ subject: serverId, data }]);
  if (secrets) await keepSecrets(context, serverId, secrets);
  await requestCheck(context, serverId);
}

/** Takes a server away, with what opened it. */
export async function removeMcpServer(context: Context, serverId: string): Promise<void> {
  const { tx, actor } = context;
  await findMcpServer(context, serverId);
  await record(context, "mcp_server.removed", [{ subject: serverId, data: {} }]);
  for (const table of ["mcp_server_secrets", "mcp_server_states", "mcp_server_checks"])
    await tx.execute(
      sql`delete from ${sql.identifier(table)} where org_id = ${actor.orgId} and server_id = ${serverId}`,
    );
}

/** Lets models use tools as they were described when a person read them. */
export async function acceptTools(
  context: Context,
  { serverId, tools }: z.output<typeof acceptToolsInput>,
): Promise<void> {
  const { tx, actor } = context;
  await findMcpServer(context, serverId);
  const [state] = await tx.execute<{ tools: { name: string; hash: string }[] }>(sql`select tools from mcp_server_states
    where org_id = ${actor.orgId} and server_id = ${serverId}`);
  for (const [name, hash] of Object.entries(tools)) {
    if (!state?.tools.some((tool) => tool.name === name && tool.hash === hash))
      throw new AppError(
        "conflict",
        `The description of ${name.slice(0, 80)} is not (any more) what you read. Read it again with list_mcp_servers.`,
      );
  }
  await record(context, "mcp_server.tools_accepted", [{ subject: serverId, data: { tools } }]);
}

/** Says for which agents and sessions the tools of a server are. @throws AppError not_found for ids that are none here */
export async function offerMcpServer(
  context: Context,
  { serverId, agentIds, sessionIds, everybody }: z.output<typeof offerMcpServerInput>,
): Promise<void> {
  const { tx, actor } = context;
  await findMcpServer(context, serverId);
  for (const [table, ids] of [["agents", agentIds] as const, ["sessions", sessionIds] as const]) {
    const there = await tx.execute<{ id: string }>(sql`select id from ${sql.identifier(table)}
      where org_id = ${actor.orgId} and id = any(${`{${ids.join(",")}}`}::uuid[])`);
    const missing = ids.find((id) => !there.some((one) => one.id === id));
    if (missing) throw new AppError("not_found", `There is no ${table.slice(0, -1)} ${missing} here.`);
  }
  const to = everybody ? null : { agentIds, sessionIds };
  await record(context, "mcp_server.offered", [{ subject: serverId, data: { to } }]);
}

/** Has the worker ask a server now. */
export async function requestCheck({ tx, actor, hints }: Context, serverId: string): Promise<void> {
  await tx.execute(sql`insert into mcp_server_checks (org_id, server_id, requested_at) values (${actor.orgId}, ${serverId}, now())
    on conflict (org_id, server_id) do update set requested_at = now()`);
  hints.push({ topic: "resources_changed", orgId: actor.orgId });
}

const whereIs = ({ transport, url, command }: McpServerRow) => ({
  transport,
  ...(url === null ? {} : { url }),
  ...(command === null ? {} : { command }),
});

function refuseMisfit(
  { actor, settings }: Context,
  { transport, url, command }: { transport: "http" | "stdio"; url?: string | undefined; command?: string | undefined },
): void {
  if (transport === "http" && (!url || command))
    throw new AppError("invalid", "A server by http has a url and no command.");
  if (transport === "http" && URL.parse(url ?? "")?.username)
    throw new AppError("invalid", "Leave the credential out of the url and give it as a header in secrets.");
  if (transport !== "stdio") return;
  if (!command || url) throw new AppError("invalid", "A server by stdio has a command and no url.");
  if (!settings.mcpStdio)
    throw new AppError(
      "forbidden",
      "Programs on this machine are not allowed here. Whoever runs the installation allows them with ENTOURAGE_MCP_STDIO=on.",
    );
  if (!actor.permissions.has("org:own"))
    throw new AppError("forbidden", "Only an owner attaches a program: it runs on this machine as the server's user.");
}

async function keepSecrets(
  { tx, actor, settings }: Context,
  serverId: string,
  secrets: Record<string, string>,
): Promise<void> {
  const place = { orgId: actor.orgId, table: "mcp_server_secrets", rowId: serverId, column: "sealed" };
  const sealed = encryptSecret(openSecrets(settings.dataDir).keyring, JSON.stringify(secrets), place);
  await tx.execute(sql`insert into mcp_server_secrets (org_id, server_id, sealed) values (${actor.orgId}, ${serverId}, ${sealed})
    on conflict (org_id, server_id) do update set sealed = excluded.sealed`);
}
