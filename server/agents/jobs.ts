import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";

interface Row extends Record<string, unknown> {
  org_id: string;
  id: string;
  team_id: string;
  seen: string;
  seconds: number;
}

/**
 * Says once of each agent that it went silent, and once that it is back, over all organizations. Agents that another
 * worker looks at are skipped.
 * @returns how many of each.
 */
export async function noteSilence(context: Context): Promise<{ silent: number; returned: number }> {
  const silent = await find(
    context,
    sql`a.silent_since is null and s.seen < now() - make_interval(mins => t.silent_minutes)`,
  );
  await record(
    context,
    "agent.went_silent",
    silent.map((row) => ({ ...about(row), data: { lastSeenAt: new Date(row.seen).toISOString() } })),
  );
  const returned = await find(context, sql`a.silent_since < s.seen`);
  await record(
    context,
    "agent.returned",
    returned.map((row) => ({ ...about(row), data: { silentSeconds: row.seconds } })),
  );
  return { silent: silent.length, returned: returned.length };
}

const about = ({ org_id: orgId, id: subject, team_id: team }: Row) => ({ orgId, subject, team });

/** A paused agent is expected to be still; one that never came is not missed. */
function find({ tx }: Context, where: ReturnType<typeof sql>): Promise<Row[]> {
  return tx.execute<Row>(sql`select a.org_id, a.id, a.team_id, s.seen::text as seen,
      coalesce(extract(epoch from s.seen - a.silent_since), 0)::int as seconds
    from agents a join teams t on t.org_id = a.org_id and t.id = a.team_id and t.archived_at is null,
      lateral (select date_trunc('milliseconds', agent_last_seen(a.org_id, a.id)) as seen) s
    where a.status = 'active' and ${where} order by a.org_id, a.id limit 500 for update of a skip locked`);
}
