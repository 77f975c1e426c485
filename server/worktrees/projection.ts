import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { worktreeEvents } from "./events.ts";

export const worktreeProjections: Projections<typeof worktreeEvents> = {
  "worktree.created": (tx, events) =>
    tx.execute(sql`insert into worktrees (org_id, task_id, repo_id, branch, base_commit, created_by, created_at)
      select e.org_id, e.subject_id, (e.data->>'repoId')::uuid, e.data->>'branch', e.data->>'baseCommit', e.actor, e.at from ${events}`),
  "worktree.removed": async (tx, events) => {
    await tx.execute(
      sql`delete from worktrees w using ${events} where w.org_id = e.org_id and w.task_id = e.subject_id`,
    );
    // With its branch the task has nothing pushed any more.
    await tx.execute(sql`update tasks t set head_commit = null, updated_at = e.at from ${events}
      where e.data->>'head' is not null and t.org_id = e.org_id and t.id = e.subject_id and t.head_commit = e.data->>'head'`);
  },
};
