import { z } from "zod";
import { event } from "../events/schema.ts";
import { isoTime } from "../ids.ts";

/** What administration and security are made of: the first words of types of events. Work itself has its own pages. */
export const auditGroups = [
  "security",
  "organization",
  "member",
  "invitation",
  "api_key",
  "team",
  "agent",
  "repo",
  "webhook",
  "github_app",
  "budget",
  "price",
  "credential",
  "model_routing",
  "policy",
  "tool_policy",
  // Of what was asked only the answers that allow or refuse an action: permissions of tools, approvals.
  "request",
  "mcp_server",
  "quota",
  "sandbox",
  "cache",
] as const;

const filters = {
  groups: z
    .array(z.enum(auditGroups))
    .max(auditGroups.length)
    .optional()
    .describe("Only these kinds; left out: all of administration and security."),
  actorId: z.string().max(64).optional().describe("Only what this person, agent or part of the product did."),
  from: isoTime.optional().describe("Not before this time."),
  until: isoTime.optional().describe("Before this time."),
  before: z.int().positive().optional().describe("Continue below this number."),
};

export const listAuditInput = z.strictObject({ ...filters, limit: z.int().min(1).max(200).default(50) });
export const auditPage = z.object({ events: z.array(event), next: z.int().nullable() });

const exportFormats = ["csv", "jsonl"] as const;
export const exportAuditInput = z.strictObject({
  ...filters,
  format: z.enum(exportFormats).default("csv"),
  limit: z.int().min(1).max(5_000).default(5_000),
});
export const auditExport = z.object({
  name: z.string().describe("How a file of it is called."),
  contentType: z.string(),
  text: z.string(),
  next: z.int().nullable().describe("Pass as `before` for what is older; null when that was all."),
});
