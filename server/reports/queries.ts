import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTeam } from "../teams/finding.ts";
import { textOf } from "./content.ts";
import type { listReportsInput, Report, reportText } from "./schema.ts";

/** More of a text than this is not shown in a page; the file itself is whole. */
const mostShown = 500_000;

/** Reports that the actor may read, newest first. */
export async function listReports(
  context: Context,
  { teamId, sessionId, kind, search, before, limit }: z.output<typeof listReportsInput>,
): Promise<{ reports: Report[]; next: string | null }> {
  if (teamId) await findTeam(context, teamId);
  const words = search?.split(/\s+/).filter(Boolean) ?? [];
  const said = sql`lower(r.name || ' ' || coalesce(c.excerpt, ''))`;
  const conditions = [
    ...(teamId ? [sql`and r.team_id = ${teamId}`] : []),
    ...(sessionId ? [sql`and r.session_id = ${sessionId}`] : []),
    ...(kind ? [sql`and r.kind = ${kind}`] : []),
    ...(before ? [sql`and r.id < ${before}`] : []),
    ...words.map((word) => sql`and position(lower(${word}) in ${said}) > 0`),
  ];
  const found = await readReports(context, sql.join(conditions, sql` `), limit + 1);
  const reports = found.slice(0, limit);
  return { reports, next: found.length > limit ? (reports.at(-1)?.id ?? null) : null };
}

/** @throws AppError not_found, the same for missing, removed, foreign and not shared. */
export async function findReport(context: Context, reportId: string): Promise<Report> {
  const [report] = await readReports(context, sql`and r.id = ${reportId}`, 1);
  if (!report) throw new AppError("not_found", `There is no report ${reportId} here. list_reports shows them.`);
  return report;
}

/** What a report holds. @throws AppError not_found */
export async function readContent(
  context: Context,
  reportId: string,
): Promise<{ report: Report; data: Uint8Array<ArrayBuffer> }> {
  const report = await findReport(context, reportId);
  const [content] = await context.tx.execute<{ data: Uint8Array }>(sql`select data from report_contents
    where org_id = ${context.actor.orgId} and report_id = ${reportId}`);
  if (!content) throw new AppError("not_found", `What ${report.name} held is gone.`);
  return { report, data: new Uint8Array(content.data) };
}

/** A report with what it says, as far as a page shows it. */
export async function readReport(context: Context, reportId: string): Promise<z.input<typeof reportText>> {
  const { report, data } = await readContent(context, reportId);
  const shown = textOf(report.kind, data, mostShown);
  const href = `${context.settings.publicUrl}/api/reports/${reportId}?org=${context.actor.orgId}`;
  return { report, text: shown?.text ?? null, truncated: shown?.truncated ?? false, href };
}

async function readReports({ tx, actor }: Context, which: SQL, limit: number): Promise<Report[]> {
  const mine =
    actor.teams === "all" ? sql`` : sql`and (r.is_shared or r.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[]))`;
  const rows = await tx.execute<Report & Record<string, unknown>>(sql`select r.id, r.team_id as "teamId",
      r.session_id as "sessionId", r.name, r.kind, r.size, r.sha256, r.is_shared as "isShared", r.created_by as "createdBy",
      ${isoTime(sql`r.created_at`)} as "createdAt",
      case when t.id is not null then json_build_object('id', t.id, 'number', t.number, 'title', t.title) end as task
    from reports r left join tasks t on t.org_id = r.org_id and t.id = r.task_id
      left join report_contents c on c.org_id = r.org_id and c.report_id = r.id
    where r.org_id = ${actor.orgId} and r.removed_at is null ${mine} ${which} order by r.id desc limit ${limit}`);
  return [...rows];
}
