import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { Seeker } from "../leases/service.ts";

/**
 * Reviewers that are started here and could begin a review now: one waits in their team, or is theirs and was never begun.
 * With a key for a model at all. Over all organizations.
 */
export async function findReviewers({ tx }: Context): Promise<Seeker[]> {
  return tx.execute<Seeker & Record<string, unknown>>(sql`
    select a.org_id as "orgId", a.team_id as "teamId", a.id as "agentId", a.slots as max from agents a
    where a.status = 'active' and a.role = 'reviewer' and a.runtime = 'acp'
      and exists (select 1 from model_credentials c where c.org_id = a.org_id and c.status = 'working' and c.removed_at is null)
      and exists (select 1 from reviews v where v.org_id = a.org_id and v.team_id = a.team_id and v.verdict = 'pending'
        and (v.reviewer_id is null or v.reviewer_id = a.id) and a.id <> all(v.declined_by)
        and not exists (select 1 from session_runs r where r.org_id = v.org_id and r.review_id = v.id))
    order by a.org_id, a.team_id, a.id`);
}
