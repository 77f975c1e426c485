import { basename } from "node:path";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import { reportContents } from "#db/schema/reports.ts";
import type { ReportKind } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { shownTo } from "../sessions/queries.ts";
import { findTask } from "../tasks/finding.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import { findReadyWorkspace } from "../workspaces/queries.ts";
import { kindByName, refuseOtherThan, sha256Of, textOf } from "./content.ts";
import { findReport } from "./queries.ts";
import type { Report, saveReportInput } from "./schema.ts";

/** Where a report comes from and where it belongs, before its bytes are read. Plain JSON: it is the receipt of the call. */
export interface PlannedReport extends Record<string, unknown> {
  reportId: string;
  teamId: string;
  workspaceId: string | null;
  sessionId: string | null;
  taskId: string | null;
  name: string;
  kind: ReportKind;
}

/** Decides what is kept as what. @throws AppError invalid saying what is missing */
export async function planReport(context: Context, input: z.output<typeof saveReportInput>): Promise<PlannedReport> {
  if ((input.path === undefined) === (input.text === undefined))
    throw new AppError("invalid", "Give either the path of a file, or the text of the report.");
  const source = await findSource(context, input);
  const teamId = source?.teamId ?? (await findTeam(context, teamMeant(context, input.teamId))).id;
  const task = input.task ? await findTask(context, input.task) : undefined;
  const name = input.name ?? (input.path === undefined ? "Report" : basename(input.path));
  const kind = input.kind ?? kindByName(input.path ?? name) ?? (input.path === undefined ? "markdown" : undefined);
  if (!kind) throw new AppError("invalid", `${name} is none of .md, .html, .pdf and .json. Say its kind.`);
  return {
    ...{ reportId: newId(), teamId, name, kind, workspaceId: source?.workspaceId ?? null },
    ...{ sessionId: source?.sessionId ?? null, taskId: task?.id ?? source?.taskId ?? null },
  };
}

interface Source extends Record<string, unknown> {
  teamId: string;
  workspaceId: string | null;
  sessionId: string | null;
  taskId: string | null;
}

/** The session (and with a path the working copy) that a report is of. */
async function findSource(
  context: Context,
  { path, workspaceId, sessionId }: z.output<typeof saveReportInput>,
): Promise<Source | undefined> {
  const { tx, actor } = context;
  const mine = sql`(s.agent_id = ${actor.id} or s.user_id = ${actor.id})`;
  const which = sessionId
    ? sql`s.id = ${sessionId}`
    : workspaceId
      ? sql`s.workspace_id = ${workspaceId}`
      : sql`${mine} and s.status in ('ready', 'running', 'waiting', 'paused')`;
  const [session] = await tx.execute<Source>(sql`select s.team_id as "teamId", s.workspace_id as "workspaceId",
      s.id as "sessionId", s.task_id as "taskId" from sessions s
    where s.org_id = ${actor.orgId} and (${shownTo(actor)}) and ${which} order by s.id desc limit 1`);
  const known = session && (actor.teams === "all" || actor.teams.includes(session.teamId)) ? session : undefined;
  if (sessionId && !known) throw new AppError("not_found", `There is no session ${sessionId} here.`);
  // A text says its team, or it is the agent's; only what was named ties it to a session.
  if (path === undefined) return sessionId || actor.agent ? known : undefined;
  const from = workspaceId ?? known?.workspaceId;
  if (!from) throw new AppError("invalid", "Name the working copy of that path with workspaceId.");
  const workspace = await findReadyWorkspace(context, from);
  return {
    ...{ teamId: workspace.teamId, workspaceId: workspace.id, taskId: workspace.taskId ?? known?.taskId ?? null },
    sessionId: known?.sessionId ?? null,
  };
}

/** Keeps a report with what it holds; the same plan a second time changes nothing. */
export async function keepReport(
  context: Context,
  planned: PlannedReport,
  { data, isShared }: { data: Uint8Array; isShared: boolean },
): Promise<Report> {
  const { tx, actor } = context;
  const { reportId, teamId, taskId, sessionId, name, kind } = planned;
  refuseOtherThan(kind, data);
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`report|${reportId}`}, 0))`);
  const [there] = await tx.execute(sql`select 1 from reports where org_id = ${actor.orgId} and id = ${reportId}`);
  if (!there) {
    const about = { name, kind, size: data.length, sha256: sha256Of(data), sessionId, isShared };
    await record(context, "report.saved", [{ subject: reportId, team: teamId, task: taskId, data: about }]);
    const excerpt = (textOf(kind, data, 20_000)?.text ?? "").toWellFormed();
    await tx.insert(reportContents).values({ orgId: actor.orgId, reportId, data, excerpt });
  }
  return findReport(context, reportId);
}

/** Lets everybody of the organization read a report, or its team alone. */
export async function shareReport(context: Context, reportId: string, isShared: boolean): Promise<void> {
  const report = await findReport(context, reportId);
  requireOwner(context, report);
  if (report.isShared === isShared) return;
  await record(context, "report.shared", [
    { subject: reportId, team: report.teamId, task: report.task?.id ?? null, data: { isShared } },
  ]);
}

/** Takes a report away with what it held. */
export async function removeReport(context: Context, reportId: string): Promise<void> {
  const { tx, actor } = context;
  const report = await findReport(context, reportId);
  requireOwner(context, report);
  await tx.execute(sql`delete from report_contents where org_id = ${actor.orgId} and report_id = ${reportId}`);
  await record(context, "report.removed", [
    { subject: reportId, team: report.teamId, task: report.task?.id ?? null, data: {} },
  ]);
}

/** Whoever saved it, people of its team for what an agent left, and admins. */
function requireOwner({ actor }: Context, { createdBy, name, teamId }: Report): void {
  if (createdBy.id === actor.id || actor.permissions.has("teams:manage")) return;
  const isOfTeam = actor.teams === "all" || actor.teams.includes(teamId);
  if (actor.kind === "user" && createdBy.kind === "agent" && isOfTeam) return;
  throw new AppError("forbidden", `Only ${createdBy.name}, who left ${name}, and admins change it.`);
}
