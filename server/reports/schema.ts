import { z } from "zod";
import { reportKinds } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { smallestCalls } from "../smallest-call.ts";
import { author, taskRef } from "../tasks/schema.ts";

/** More than this is no report that somebody reads. */
export const mostReportBytes = 10_000_000;

export const report = z.object({
  id,
  teamId: id,
  sessionId: id.nullable(),
  task: z.object({ id, number: z.int(), title: z.string() }).nullable(),
  name: z.string(),
  kind: z.enum(reportKinds),
  size: z.int().describe("Bytes."),
  sha256: z.string(),
  isShared: z.boolean(),
  createdBy: author,
  createdAt: isoTime,
});
export type Report = z.output<typeof report>;

export const saveReportInput = z.strictObject({
  path: z.string().min(1).max(1_000).optional().describe("The file of the working copy, such as report.md."),
  workspaceId: id.optional().describe("The working copy. Left out: that of your newest session."),
  text: z.string().min(1).max(500_000).optional().describe("Instead of a path."),
  kind: z.enum(reportKinds).optional().describe("Left out: by the ending."),
  name: z.string().trim().min(1).max(200).optional(),
  teamId: id.optional(),
  sessionId: id.optional(),
  task: taskRef.optional(),
  isShared: z
    .boolean()
    .default(false)
    .describe("For the whole organization. Left out: everybody of the team reads it, viewers too."),
});
smallestCalls.add(saveReportInput, { call: { path: "report.md" } });
export const reportResult = z.object({ report });

export const listReportsInput = z.strictObject({
  teamId: id.optional(),
  sessionId: id.optional(),
  kind: z.enum(reportKinds).optional(),
  search: z.string().trim().max(200).optional().describe("Words of the name or of its first pages."),
  before: id.optional().describe("Continue below this report."),
  limit: z.int().min(1).max(100).default(50),
});
export const reportPage = z.object({ reports: z.array(report), next: id.nullable() });

export const reportInput = z.strictObject({ reportId: id });
export const reportText = z.object({
  report,
  text: z.string().nullable().describe("Null: it cannot be read as text; take the file from its address."),
  truncated: z.boolean(),
  href: z.string().describe("The address of the file."),
});
export const shareReportInput = reportInput.extend({
  isShared: z.boolean().describe("False: everybody of its team reads it, viewers too, and nobody else but admins."),
});
export const removedReport = z.object({ removed: z.literal(true) });
