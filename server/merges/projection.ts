import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { mergeEvents } from "./events.ts";

export const mergeProjections: Projections<typeof mergeEvents> = {
  "merge.queued": (tx, events) =>
    tx.execute(sql`insert into merge_jobs (org_id, id, task_id, team_id, repo_id, commit, strategy, status, created_at)
      select e.org_id, e.subject_id, e.task_id, e.team_id, (e.data->>'repoId')::uuid, e.data->>'commit',
        e.data->>'strategy', 'queued', e.at from ${events}`),
  "merge.started": (tx, events) =>
    tx.execute(sql`update merge_jobs j set status = 'testing', started_at = e.at, reason = null
      from ${events} where j.org_id = e.org_id and j.id = e.subject_id`),
  "merge.requeued": (tx, events) =>
    tx.execute(sql`update merge_jobs j set status = 'queued', started_at = null, reason = e.data->>'reason'
      from ${events} where j.org_id = e.org_id and j.id = e.subject_id`),
  "merge.landed": async (tx, events) => {
    await tx.execute(sql`update merge_jobs j set status = 'merged', merge_commit = e.data->>'mergeCommit',
      gate_run_id = (e.data->>'gateRunId')::uuid, finished_at = e.at
      from ${events} where j.org_id = e.org_id and j.id = e.subject_id`);
    // Of several in one repository the newest counts.
    await tx.execute(sql`update repos r set head_commit = n.commit from (
        select distinct on (j.org_id, j.repo_id) j.org_id, j.repo_id, e.data->>'mergeCommit' as commit from ${events}
          join merge_jobs j on j.org_id = e.org_id and j.id = e.subject_id order by j.org_id, j.repo_id, e.id desc) n
      where r.org_id = n.org_id and r.id = n.repo_id`);
  },
  "merge.failed": (tx, events) =>
    tx.execute(sql`update merge_jobs j set status = e.data->>'status', reason = e.data->>'reason',
      gate_run_id = (e.data->>'gateRunId')::uuid, finished_at = e.at
      from ${events} where j.org_id = e.org_id and j.id = e.subject_id`),
  "gate.finished": (tx, events) =>
    tx.execute(sql`insert into gate_runs (org_id, id, repo_id, task_id, tree, command, sandbox, passed, exit_code, outcome, duration_ms, created_at)
      select e.org_id, e.subject_id, (e.data->>'repoId')::uuid, e.task_id, e.data->>'tree', e.data->>'command',
        e.data->>'sandbox', (e.data->>'passed')::boolean, (e.data->>'exitCode')::int, e.data->>'outcome',
        (e.data->>'durationMs')::int, e.at from ${events}`),
};
