import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { AgentInstall } from "./schema.ts";

/** What was asked for in the organization and how far it is. */
export async function listInstalls({ tx, actor }: Context): Promise<AgentInstall[]> {
  const rows = await tx.execute<AgentInstall & Record<string, unknown>>(sql`
    select kind, status, detail, percent, requested_by as "requestedBy", ${isoTime(sql`updated_at`)} as "updatedAt"
    from agent_installs where org_id = ${actor.orgId} order by kind`);
  return [...rows];
}
