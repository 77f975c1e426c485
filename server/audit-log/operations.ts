import { defineOperation } from "../operation.ts";
import { exportAudit, readAudit } from "./queries.ts";
import * as schema from "./schema.ts";

export const listAuditEvents = defineOperation({
  name: "list_audit_events",
  summary: "Read what was administered and refused, newest first: by whom, what and when.",
  kind: "read",
  permission: "org:manage",
  input: schema.listAuditInput,
  output: schema.auditPage,
  run: readAudit,
});

export const exportAuditEvents = defineOperation({
  name: "export_audit_events",
  summary: "Read the audit as a CSV file or as JSON lines.",
  kind: "read",
  permission: "org:manage",
  input: schema.exportAuditInput,
  output: schema.auditExport,
  run: exportAudit,
});
