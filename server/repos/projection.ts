import { sql } from "drizzle-orm";
import type { Projections } from "../events/projection.ts";
import type { repoEvents } from "./events.ts";

export const repoProjections: Projections<typeof repoEvents> = {
  "repo.registered": (tx, events) =>
    tx.execute(sql`insert into repos (org_id, id, team_id, name, slug, source, source_url, credential_id, default_branch,
        gate_command, gate_timeout_seconds, merge_strategy, status, created_at)
      select e.org_id, e.subject_id, e.team_id, e.data->>'name', e.data->>'slug', e.data->>'source', e.data->>'sourceUrl',
        (e.data->>'credentialId')::uuid, e.data->>'defaultBranch', e.data->>'gateCommand',
        (e.data->>'gateTimeoutSeconds')::int, e.data->>'mergeStrategy', 'initializing', e.at from ${events}`),
  "repo.updated": (tx, events) =>
    tx.execute(sql`update repos r set name = coalesce(e.data->>'name', r.name),
      gate_command = coalesce(e.data->>'gateCommand', r.gate_command),
      gate_timeout_seconds = coalesce((e.data->>'gateTimeoutSeconds')::int, r.gate_timeout_seconds),
      merge_strategy = coalesce(e.data->>'mergeStrategy', r.merge_strategy),
      setup_script = coalesce(e.data->>'setupScript', r.setup_script),
      setup_hosts = case when e.data->'setupHosts' is null then r.setup_hosts
        else array(select jsonb_array_elements_text(e.data->'setupHosts')) end,
      turn_check = coalesce(e.data->>'turnCheck', r.turn_check),
      commit_check = coalesce(e.data->>'commitCheck', r.commit_check)
      from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "repo.ready": (tx, events) =>
    tx.execute(sql`update repos r set status = 'ready', error = null, default_branch = e.data->>'defaultBranch',
      head_commit = e.data->>'headCommit' from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "repo.failed": (tx, events) =>
    tx.execute(sql`update repos r set status = 'error', error = e.data->>'error'
      from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "repo.retried": (tx, events) =>
    tx.execute(sql`update repos r set status = 'initializing', error = null
      from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "repo.fetched": (tx, events) =>
    tx.execute(sql`update repos r set head_commit = e.data->>'headCommit'
      from ${events} where r.org_id = e.org_id and r.id = e.subject_id`),
  "repo.archived": (tx, events) =>
    tx.execute(
      sql`update repos r set archived_at = e.at from ${events} where r.org_id = e.org_id and r.id = e.subject_id`,
    ),
};
