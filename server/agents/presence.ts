import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";

/** Notes that an agent gave a sign of life just now. Operational: no event. */
export async function notePresence({ tx, actor }: Context): Promise<void> {
  await tx.execute(sql`insert into agent_presence (org_id, agent_id, last_seen_at)
    values (${actor.orgId}, ${actor.id}, clock_timestamp())
    on conflict (org_id, agent_id) do update set last_seen_at = excluded.last_seen_at`);
}
