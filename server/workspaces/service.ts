import { and, eq, inArray, ne } from "drizzle-orm";
import type { z } from "zod";
import { livingSessionStatuses } from "#db/enums.ts";
import { sessions } from "#db/schema/sessions.ts";
import { workspaces } from "#db/schema/workspaces.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { requireBranchName } from "../git/names.ts";
import { newId, slugOf } from "../ids.ts";
import { findReadyRepo } from "../repos/queries.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { findWorkspace, type WorkspaceRow } from "./queries.ts";
import type { createWorkspaceInput } from "./schema.ts";
import { checkPlace } from "./sources.ts";
import { requireTransition } from "./transitions.ts";

type Wanted = z.output<typeof createWorkspaceInput>;

/** A person has no use for more, and each is a clone on disk. */
const mostPerTeam = 200;

/**
 * Plans a working copy; the worker makes it. @returns its id.
 * @throws AppError invalid or forbidden for a source the server must not touch, conflict where a task has one already.
 */
export async function createWorkspace(context: Context, wanted: Wanted): Promise<string> {
  const named = [wanted.repoId, wanted.task, wanted.url, wanted.path, wanted.empty].filter((one) => one !== undefined);
  if (named.length !== 1)
    throw new AppError("invalid", "Say where the files come from with one of repoId, task, url, path and empty.");
  // Looking up the host of an address may take a moment; nothing is locked yet.
  const place = await checkPlace(context, wanted);
  const team = await findTeam(context, wanted.teamId);
  if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; nothing begins in it.`);
  if (wanted.task !== undefined) {
    const task = await findTask(context, wanted.task);
    if (task.teamId !== team.id) throw new AppError("invalid", `#${task.number} is not a task of ${team.name}.`);
    const id = await openTaskWorkspace(context, task, wanted);
    if (id.isNew) return id.id;
    throw new AppError("conflict", `#${task.number} has a workspace already: ${id.id}.`);
  }
  await requireRoom(context, team.id);
  const repo = wanted.repoId === undefined ? undefined : await findReadyRepo(context, wanted.repoId);
  if (repo && repo.teamId !== team.id)
    throw new AppError("invalid", `${repo.name} is not a repository of ${team.name}.`);
  const name = wanted.name ?? repo?.name ?? (wanted.empty ? "New work" : nameOf(place.sourceUrl));
  const data = { name, ...place, repoId: repo?.id ?? null, setupScript: wanted.setupScript ?? repo?.setupScript ?? "" };
  const branch = requireBranchName(wanted.branch ?? slugOf(name, "work"));
  const id = newId();
  await record(context, "workspace.created", [{ subject: id, team: team.id, data: { ...data, branch } }]);
  return id;
}

/**
 * The workspace in which a task is worked on, made where there is none: whoever works on it, the files are the same.
 * @throws AppError invalid for a task without a repository, conflict for one whose repository is not ready.
 */
export async function openTaskWorkspace(
  context: Context,
  { id: taskId }: Pick<Task, "id">,
  { name, setupScript }: { name?: string | undefined; setupScript?: string | undefined } = {},
): Promise<{ id: string; isNew: boolean }> {
  const { tx, actor } = context;
  // Two that begin at once: the second finds what the first made.
  const task = await lockTask(context, taskId);
  const [known] = await tx
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(and(eq(workspaces.orgId, actor.orgId), eq(workspaces.taskId, task.id), ne(workspaces.status, "removed")));
  if (known) return { id: known.id, isNew: false };
  if (!task.repoId) throw new AppError("invalid", `#${task.number} has no repository, so it needs no workspace.`);
  const repo = await findReadyRepo(context, task.repoId);
  await requireRoom(context, task.teamId);
  const id = newId();
  const data = { source: "repo" as const, sourceUrl: null, repoId: repo.id, branch: task.branch };
  await record(context, "workspace.created", [
    {
      ...{ subject: id, team: task.teamId, task: task.id },
      data: {
        ...data,
        setupScript: setupScript ?? repo.setupScript,
        name: name ?? `#${task.number} ${task.title}`.slice(0, 100),
      },
    },
  ]);
  return { id, isNew: true };
}

/** Gives a workspace another name. */
export async function renameWorkspace(context: Context, workspaceId: string, name: string): Promise<void> {
  const row = await findWorkspace(context, workspaceId, { lock: true });
  if (row.name === name) return;
  await record(context, "workspace.renamed", [about(row, { name })]);
}

/** Makes it again where that failed; sets it up again where it is ready. What is in its files stays. */
export async function retryWorkspace(context: Context, workspaceId: string): Promise<void> {
  const row = await findWorkspace(context, workspaceId, { lock: true });
  requireTransition(row, "initializing");
  await record(context, "workspace.retried", [about(row, {})]);
}

/** Gives a workspace up; the worker deletes its files. What was pushed is in the repository. */
export async function removeWorkspace(context: Context, workspaceId: string): Promise<void> {
  const row = await findWorkspace(context, workspaceId, { lock: true });
  requireMayRemove(context, row);
  await requireNobodyInside(context, row);
  requireTransition(row, "removed");
  await record(context, "workspace.removed", [about(row, {})]);
}

/** @throws AppError conflict while a session lives in it: its agent would find itself without files. */
async function requireNobodyInside({ tx, actor }: Context, { id, name }: WorkspaceRow): Promise<void> {
  const [inside] = await tx
    .select({ name: sessions.name })
    .from(sessions)
    .where(
      and(
        eq(sessions.orgId, actor.orgId),
        eq(sessions.workspaceId, id),
        inArray(sessions.status, livingSessionStatuses),
      ),
    )
    .limit(1);
  if (inside)
    throw new AppError("conflict", `The session ${inside.name} lives in ${name}. Stop it first (stop_session).`);
}

/** Work that was not pushed goes with it, so it is up to whoever made it and to those who answer for the team. */
function requireMayRemove({ actor }: Context, { createdBy, name }: WorkspaceRow): void {
  if (actor.kind === "system" || actor.role === "owner" || actor.role === "admin" || createdBy.id === actor.id) return;
  // Nobody in person made one for dispatched work: it is everybody's of the team.
  if (createdBy.kind !== "user") return;
  throw new AppError("forbidden", `Only ${createdBy.name}, who made ${name}, and admins remove it.`);
}

async function requireRoom({ tx, actor }: Context, teamId: string): Promise<void> {
  const rows = await tx
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(and(eq(workspaces.orgId, actor.orgId), eq(workspaces.teamId, teamId), ne(workspaces.status, "removed")))
    .limit(mostPerTeam);
  if (rows.length >= mostPerTeam)
    throw new AppError("conflict", `The team has ${mostPerTeam} workspaces. Remove some that nobody needs first.`);
}

const about = <Data>({ id, teamId, taskId }: WorkspaceRow, data: Data) => ({
  subject: id,
  team: teamId,
  task: taskId,
  data,
});

const nameOf = (source: string | null): string =>
  (source ?? "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .split(/[/:]/)
    .at(-1)
    ?.slice(0, 100) || "workspace";
