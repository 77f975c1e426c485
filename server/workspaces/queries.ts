import { and, eq, type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import { workspaces } from "#db/schema/workspaces.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import type { Workspace } from "./schema.ts";

export type WorkspaceRow = typeof workspaces.$inferSelect;

/**
 * A workspace that is there for the actor: of their teams, and nobody else's (`reachedBy`).
 * @throws AppError not_found, the same for missing, foreign, another's and removed.
 */
export async function findWorkspace(
  { tx, actor }: Context,
  workspaceId: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<WorkspaceRow> {
  const query = tx
    .select()
    .from(workspaces)
    .where(and(eq(workspaces.orgId, actor.orgId), eq(workspaces.id, workspaceId), reachedBy(actor, sql`workspaces`)));
  const [row] = await (lock ? query.for("update") : query);
  if (row && row.status !== "removed" && (actor.teams === "all" || actor.teams.includes(row.teamId))) return row;
  throw new AppError("not_found", `There is no workspace ${workspaceId} here. list_workspaces shows yours.`);
}

/**
 * A working copy in which people have, or had, conversations of their own is theirs, its maker's and the admins': what
 * lies in it is part of what they talk about. That of a task, and one that nobody talked in, is the team's.
 */
function reachedBy({ id, kind, permissions }: Context["actor"], w: SQL): SQL {
  if (kind === "system" || permissions.has("budgets:manage")) return sql`true`;
  const own = sql`s.org_id = ${w}.org_id and s.workspace_id = ${w}.id and s.agent_id is null and s.task_id is null`;
  return sql`(${w}.task_id is not null or ${w}.created_by->>'id' = ${id}
    or not exists (select 1 from sessions s where ${own} and s.user_id is not null)
    or exists (select 1 from sessions s where ${own} and s.user_id::text = ${id}))`;
}

/** A workspace whose files can be worked with now. @throws AppError conflict saying what it waits for. */
export async function findReadyWorkspace(context: Context, workspaceId: string): Promise<WorkspaceRow> {
  const row = await findWorkspace(context, workspaceId);
  if (row.status === "ready") return row;
  throw new AppError(
    "conflict",
    row.status === "initializing"
      ? `The workspace ${row.name} is still being made. Try again in a moment.`
      : `The workspace ${row.name} could not be made: ${row.error} It can be made again (retry_workspace).`,
  );
}

/** The workspaces of a team, newest first. */
export async function listWorkspaces(
  context: Context,
  { teamId: named, limit }: { teamId?: string | undefined; limit: number },
): Promise<{ workspaces: Workspace[] }> {
  const teamId = teamMeant(context, named);
  await findTeam(context, teamId);
  return {
    workspaces: await readWorkspaces(
      context,
      sql`w.team_id = ${teamId} and ${reachedBy(context.actor, sql`w`)}`,
      limit,
    ),
  };
}

type Detail = Workspace & { setupScript: string; setupOutput: string | null };

/** One workspace, as every door shows it. */
export async function readWorkspace(context: Context, workspaceId: string): Promise<Detail> {
  const { id } = await findWorkspace(context, workspaceId);
  const [workspace] = await readWorkspaces(context, sql`w.id = ${id}`, 1);
  if (!workspace) throw new Error("a workspace that was just found is gone");
  return workspace;
}

async function readWorkspaces({ tx, actor }: Context, which: SQL, limit: number): Promise<Detail[]> {
  return tx.execute<Detail & Record<string, unknown>>(sql`
    select w.id, w.team_id as "teamId", w.name, w.source, w.source_url as "sourceUrl", w.branch,
      w.base_commit as "baseCommit", w.status, w.error, w.setup_script as "setupScript", w.created_by as "createdBy",
      ${isoTime(sql`w.created_at`)} as "createdAt", d.setup_output as "setupOutput",
      case when w.status = 'initializing' then coalesce(d.step, 'waits for the worker') end as step,
      case when r.id is not null then json_build_object('id', r.id, 'name', r.name) end as repo,
      case when t.id is not null then json_build_object('id', t.id, 'number', t.number, 'title', t.title) end as task,
      case when d.measured_at is not null then
        json_build_object('bytes', d.bytes, 'files', d.files, 'measuredAt', ${isoTime(sql`d.measured_at`)}) end as disk
      from workspaces w
      left join repos r on r.org_id = w.org_id and r.id = w.repo_id
      left join tasks t on t.org_id = w.org_id and t.id = w.task_id
      left join workspace_disks d on d.org_id = w.org_id and d.workspace_id = w.id
     where w.org_id = ${actor.orgId} and w.status <> 'removed' and ${which}
     order by w.created_at desc, w.id desc limit ${limit}`);
}

/** What is run in a working copy besides its work, each a shell script; empty: nothing. */
export interface WorkspaceChecks {
  /** After a turn of an agent that changed files. */
  turnCheck: string;
  /** Before a commit. */
  commitCheck: string;
}

/** The checks of the repository that a working copy is of, as they are now; none for one of no repository. */
export async function readChecks({ tx, actor }: Context, workspaceId: string | null): Promise<WorkspaceChecks> {
  if (!workspaceId) return { turnCheck: "", commitCheck: "" };
  const [found] = await tx.execute<WorkspaceChecks & Record<string, unknown>>(sql`
    select r.turn_check as "turnCheck", r.commit_check as "commitCheck"
      from workspaces w join repos r on r.org_id = w.org_id and r.id = w.repo_id
     where w.org_id = ${actor.orgId} and w.id = ${workspaceId}`);
  return found ?? { turnCheck: "", commitCheck: "" };
}
