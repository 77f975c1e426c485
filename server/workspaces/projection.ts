import { type SQL, sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { workspaceEvents } from "./events.ts";

const change = (events: SQL, set: SQL) =>
  sql`update workspaces w set ${set}, updated_at = e.at from ${events} where w.org_id = e.org_id and w.id = e.subject_id`;

export const workspaceProjections: Projections<typeof workspaceEvents> = {
  "workspace.created": (tx, events) =>
    tx.execute(sql`insert into workspaces (org_id, id, team_id, repo_id, task_id, name, source, source_url, branch,
        setup_script, status, created_by, created_at, updated_at)
      select e.org_id, e.subject_id, e.team_id, (e.data->>'repoId')::uuid, e.task_id, e.data->>'name', e.data->>'source',
        e.data->>'sourceUrl', e.data->>'branch', e.data->>'setupScript', 'initializing', e.actor, e.at, e.at from ${events}`),
  "workspace.ready": (tx, events) =>
    tx.execute(change(events, sql`status = 'ready', error = null, base_commit = e.data->>'baseCommit'`)),
  "workspace.failed": (tx, events) => tx.execute(change(events, sql`status = 'error', error = e.data->>'error'`)),
  "workspace.retried": (tx, events) => tx.execute(change(events, sql`status = 'initializing', error = null`)),
  "workspace.renamed": (tx, events) => tx.execute(change(events, sql`name = e.data->>'name'`)),
  "workspace.removed": (tx, events) => tx.execute(change(events, sql`status = 'removed', error = null`)),
};
