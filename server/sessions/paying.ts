import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { SessionRow } from "./closing.ts";

/**
 * Whose own key pays the calls of a session now, before the organization's: its owner's, while it is a free one and answers
 * what the owner said. What an admin says in somebody's session is not paid by them. Null: the organization pays.
 */
export async function payerOf(
  { tx }: Context,
  { orgId, id, userId, agentId, taskId }: SessionRow,
): Promise<string | null> {
  if (!userId || agentId || taskId) return null;
  const [answered] =
    await tx.execute(sql`select 1 from session_messages m where m.org_id = ${orgId} and m.session_id = ${id}
    and m.status = 'running' and m.by->>'id' = ${userId} limit 1`);
  return answered ? userId : null;
}
