import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { McpTool } from "../drivers/mcp-client.ts";
import type { McpServer } from "./schema.ts";

type Row = Omit<McpServer, "tools"> & { accepted: Record<string, string>; tools: McpTool[] } & Record<string, unknown>;

/** Attached servers with what they said when they were last asked. */
export async function readMcpServers({ tx, actor }: Context, which: SQL = sql`true`): Promise<McpServer[]> {
  const rows = await tx.execute<Row>(sql`
    select m.id, m.name, m.transport, m.url, m.command, m.args, m.secret_names as "secretNames", m.enabled, m.offered_to as "offeredTo", m.accepted,
      m.created_by as "addedBy", ${isoTime(sql`m.created_at`)} as "addedAt", coalesce(s.tools, '[]') as tools,
      json_build_object('status', coalesce(s.status, 'unknown'), 'detail', coalesce(s.detail, 'It has not been asked yet.'),
        'checkedAt', ${isoTime(sql`s.checked_at`)}) as health
      from mcp_servers m left join mcp_server_states s on s.org_id = m.org_id and s.server_id = m.id
     where m.org_id = ${actor.orgId} and m.removed_at is null and ${which} order by m.name`);
  return rows.map(({ accepted, tools, ...server }) => ({
    ...server,
    tools: tools.map(({ name, description, hash, isReadOnly }) => ({
      ...{ name, description, hash, isReadOnly, fullName: fullNameOf(server.name, name) },
      state:
        accepted[name] === hash ? ("accepted" as const) : name in accepted ? ("changed" as const) : ("new" as const),
    })),
  }));
}

/** The name models call it by: what every provider takes, 64 characters at most. */
export const fullNameOf = (server: string, tool: string): string =>
  `mcp__${server}__${tool.replace(/[^a-zA-Z0-9_-]/g, "_")}`.slice(0, 64);
