import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";

/** A reviewer without a sign of life keeps a review for so long, and one that does live not for ever either. */
const silentMinutes = 10;
const longestMinutes = 60;

/**
 * Takes reviews from reviewers that died or forgot them, over all organizations; they are handed out anew. What somebody
 * is deciding at this moment is skipped.
 * @returns how many.
 */
export async function handOnReviews(context: Context): Promise<number> {
  const rows = await context.tx.execute<{
    org_id: string;
    id: string;
    task_id: string;
    team_id: string;
    name: string;
  }>(sql`
    select r.org_id, r.id, r.task_id, r.team_id, a.name from reviews r join agents a on a.org_id = r.org_id and a.id = r.reviewer_id
     where r.verdict = 'pending' and r.assigned_at < now() - make_interval(mins => ${silentMinutes})
       and (r.assigned_at < now() - make_interval(mins => ${longestMinutes})
         or not exists (select 1 from session_runs q where q.org_id = r.org_id and q.review_id = r.id) and coalesce(agent_last_seen(a.org_id, a.id), r.assigned_at) < now() - make_interval(mins => ${silentMinutes}))
     order by r.org_id, r.id limit 500 for update of r skip locked`);
  await record(
    context,
    "review.released",
    rows.map((row) => ({
      orgId: row.org_id,
      subject: row.id,
      task: row.task_id,
      team: row.team_id,
      data: { reason: `${row.name} did not come to a verdict in time.`, declinedBy: null },
    })),
  );
  return rows.length;
}
