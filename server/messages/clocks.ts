import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Colleague } from "../teams/crew.ts";

/** From now on the agents among them are given the message when they wait, until they have processed it. */
export async function wakeWith({ tx, actor }: Context, messageId: string, to: readonly Colleague[]): Promise<void> {
  const agentIds = to.flatMap(({ kind, id }) => (kind === "agent" ? [id] : []));
  if (agentIds.length === 0) return;
  await tx.execute(sql`insert into message_clocks (org_id, agent_id, message_id, deliveries, due_at)
    select ${actor.orgId}::uuid, a, ${messageId}::uuid, 0, clock_timestamp() from unnest(${`{${agentIds.join(",")}}`}::uuid[]) as a`);
}

/** They need not be given again. */
export async function stopWaking({ tx, actor }: Context, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await tx.execute(sql`delete from message_clocks where org_id = ${actor.orgId} and agent_id = ${actor.id}::uuid
    and message_id = any(${`{${messageIds.join(",")}}`}::uuid[])`);
}
