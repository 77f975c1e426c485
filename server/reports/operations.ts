import { inTransaction } from "../execute.ts";
import { defineOperation, type FinishContext } from "../operation.ts";
import { workspacePath } from "../workspaces/place.ts";
import { readReportFile } from "./content.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const saveReport = defineOperation({
  name: "save_report",
  summary: "Leave a file of your working copy, or a text, as a report that people read: Markdown, HTML, PDF or JSON.",
  kind: "command",
  permission: "message:write",
  input: schema.saveReportInput,
  output: schema.reportResult,
  run: service.planReport,
  finish: async (planned, input, { runtime, actor, requestId }: FinishContext) => {
    const data =
      planned.workspaceId !== null && input.path !== undefined
        ? await readReportFile(workspacePath(runtime.settings, actor.orgId, planned.workspaceId), input.path)
        : new TextEncoder().encode(input.text ?? "");
    const { isShared } = input;
    return inTransaction(runtime, actor, { requestId }, async (context) => ({
      report: await service.keepReport(context, planned, { data, isShared }),
    }));
  },
});

export const listReports = defineOperation({
  name: "list_reports",
  summary: "List reports that sessions and tasks left, newest first; search their names and first pages.",
  kind: "read",
  permission: "task:read",
  input: schema.listReportsInput,
  output: schema.reportPage,
  run: queries.listReports,
});

export const getReport = defineOperation({
  name: "get_report",
  summary: "Read a report: who left it, of what, and what it says.",
  kind: "read",
  permission: "task:read",
  input: schema.reportInput,
  output: schema.reportText,
  run: (context, { reportId }) => queries.readReport(context, reportId),
});

export const shareReport = defineOperation({
  name: "share_report",
  summary: "Let everybody of the organization read a report, or its team alone.",
  kind: "command",
  permission: "message:write",
  hints: { idempotent: true },
  input: schema.shareReportInput,
  output: schema.reportResult,
  run: async (context, { reportId, isShared }) => {
    await service.shareReport(context, reportId, isShared);
    return { report: await queries.findReport(context, reportId) };
  },
});

export const removeReport = defineOperation({
  name: "remove_report",
  summary: "Remove a report with what it holds.",
  kind: "command",
  permission: "message:write",
  hints: { destructive: true },
  input: schema.reportInput,
  output: schema.removedReport,
  run: async (context, { reportId }) => {
    await service.removeReport(context, reportId);
    return { removed: true as const };
  },
});
