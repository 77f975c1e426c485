import { sql } from "drizzle-orm";
import { livingStatuses } from "#db/schema/sessions.ts";
import type { Context } from "../context.ts";

/** So long somebody may want to look at what an agent left besides what is merged. */
const keptHours = 24;

interface Left extends Record<string, unknown> {
  orgId: string;
  id: string;
}

/**
 * Working copies of dispatched work that nobody needs any more, over all organizations: an agent's, of a task that has been
 * done for a day, in which no session lives. What was merged is in the repository. Those of people are theirs to remove,
 * and what was cancelled may hold work that somebody wants.
 */
export async function findLeftovers({ tx }: Context): Promise<Left[]> {
  return tx.execute<Left>(sql`select w.org_id as "orgId", w.id from workspaces w
    join tasks t on t.org_id = w.org_id and t.id = w.task_id and t.status = 'done'
      and t.status_changed_at < now() - make_interval(hours => ${keptHours})
    where w.status = 'ready' and w.created_by->>'kind' = 'agent' and not exists (select 1 from sessions s
      where s.org_id = w.org_id and s.workspace_id = w.id and s.status in ${livingStatuses})
    order by w.created_at limit 20`);
}
