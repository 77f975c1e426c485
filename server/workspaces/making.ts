import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import type { WorkspaceRow } from "./queries.ts";

/** A workspace as the worker needs it, whatever its state. */
export async function loadWorkspace({ tx, actor }: Context, id: string): Promise<Making | undefined> {
  const [row] = await tx.execute<Making & Record<string, unknown>>(sql`
    select w.id, w.org_id as "orgId", w.team_id as "teamId", w.task_id as "taskId", w.repo_id as "repoId", w.name,
      w.source, w.source_url as "sourceUrl", w.branch, w.base_commit as "baseCommit", w.status,
      w.setup_script as "setupScript", w.created_by as "createdBy", r.default_branch as "defaultBranch",
      o.slug as "orgSlug", r.slug as "repoSlug",
      case when r.setup_script = w.setup_script then r.setup_hosts else '{}' end as "setupHosts",
      coalesce(r.setup_script <> w.setup_script and cardinality(r.setup_hosts) > 0, false) as "isOtherSetup"
      from workspaces w join organizations o on o.org_id = w.org_id
      left join repos r on r.org_id = w.org_id and r.id = w.repo_id
     where w.org_id = ${actor.orgId} and w.id = ${id}`);
  return row;
}
export type Making = Pick<
  WorkspaceRow,
  "id" | "orgId" | "teamId" | "taskId" | "repoId" | "name" | "source" | "sourceUrl" | "branch" | "baseCommit" | "status"
> &
  Pick<WorkspaceRow, "setupScript" | "createdBy"> & {
    defaultBranch: string | null;
    orgSlug: string;
    repoSlug: string | null;
    /** What its set-up may reach now: of the repository, for the repository's own set-up alone. */
    setupHosts: string[];
    /** Its set-up is another than the repository's, which would reach hosts. */
    isOtherSetup: boolean;
  };

/** The files are there and set up. Said once, whoever made them. */
export async function recordMade(context: Context, row: Making, baseCommit: string | null): Promise<void> {
  if (await isInitializing(context, row)) await record(context, "workspace.ready", [about(row, { baseCommit })]);
}

/** The files could not be made, in words for whoever wants them. */
export async function recordNotMade(context: Context, row: Making, error: string): Promise<void> {
  if (await isInitializing(context, row)) await record(context, "workspace.failed", [about(row, { error })]);
}

/** What is being done to make it; null when nothing is any more. */
export async function noteStep({ tx }: Context, { orgId, id }: Making, step: string | null): Promise<void> {
  await tx.execute(sql`insert into workspace_disks (org_id, workspace_id, step) values (${orgId}, ${id}, ${step})
    on conflict (org_id, workspace_id) do update set step = excluded.step`);
}

/** The end of what its set-up printed. The zero character is nothing PostgreSQL keeps. */
export async function keepSetupOutput({ tx }: Context, { orgId, id }: Making, output: string): Promise<void> {
  const kept = output.replaceAll("\0", "").slice(-20_000).toWellFormed();
  await tx.execute(sql`insert into workspace_disks (org_id, workspace_id, setup_output) values (${orgId}, ${id}, ${kept})
    on conflict (org_id, workspace_id) do update set setup_output = excluded.setup_output`);
}

/** How much room it takes. */
export async function noteSize(
  { tx, now }: Context,
  { orgId, id }: Pick<Making, "orgId" | "id">,
  { bytes, files }: { bytes: number; files: number },
): Promise<void> {
  await tx.execute(sql`insert into workspace_disks (org_id, workspace_id, bytes, files, measured_at)
    values (${orgId}, ${id}, ${bytes}, ${files}, ${now.toISOString()}::timestamptz)
    on conflict (org_id, workspace_id) do update set bytes = excluded.bytes, files = excluded.files, measured_at = excluded.measured_at`);
}

async function isInitializing({ tx, actor }: Context, { id }: Making): Promise<boolean> {
  const [row] = await tx.execute<{ status: string }>(
    sql`select status from workspaces where org_id = ${actor.orgId} and id = ${id} for update`,
  );
  return row?.status === "initializing";
}

const about = <Data>({ id, teamId, taskId }: Making, data: Data) => ({
  subject: id,
  team: teamId,
  task: taskId,
  data,
});
