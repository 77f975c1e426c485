import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { findPause, type PauseInForce } from "./queries.ts";

/**
 * Shares the pause switches of a team until the commit, and for a claim by an agent takes the team for itself, so that its
 * count of tasks in progress stays true. Before any task: a pause waits for what starts at this moment and stops all later.
 * @returns the pause in force, if any.
 */
export async function holdSwitches(
  context: Context,
  { teamId, exclusive = false }: { teamId: string; exclusive?: boolean },
): Promise<PauseInForce | undefined> {
  const { tx, actor } = context;
  await tx.execute(sql`select 1 from teams t join organizations o on o.org_id = t.org_id
    where t.org_id = ${actor.orgId} and t.id = ${teamId}
    for ${exclusive ? sql`no key update` : sql`share`} of t for share of o`);
  return findPause(context, { teamId, agentId: actor.agent && actor.id });
}

/** The same for many agents at once, of any organization: agents before teams. What is paused then stays so until the commit. */
export async function shareSwitches(
  { tx }: Context,
  who: readonly { orgId: string; teamId: string; agentId: string }[],
): Promise<void> {
  const rows = JSON.stringify(who.map(({ orgId, teamId, agentId }) => ({ o: orgId, t: teamId, a: agentId })));
  const asked = sql`jsonb_to_recordset(${rows}::text::jsonb) as q(o uuid, t uuid, a uuid)`;
  await tx.execute(sql`select 1 from agents a join ${asked} on a.org_id = q.o and a.id = q.a
    order by a.org_id, a.id for share of a`);
  await tx.execute(sql`select 1 from teams t join organizations o on o.org_id = t.org_id
    where (t.org_id, t.id) in (select q.o, q.t from ${asked}) order by t.org_id, t.id for share of t, o`);
}
