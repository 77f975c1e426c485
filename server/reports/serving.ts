import { z } from "zod";
import type { ReportKind } from "#db/enums.ts";
import { type Door, enter, explain, refusal, requestIdOf } from "../door.ts";
import { execute } from "../execute.ts";
import { id } from "../ids.ts";
import { defineOperation } from "../operation.ts";
import { readContent } from "./queries.ts";
import { report } from "./schema.ts";

// What the route asks first. It has no place in the router: what it answers is no JSON.
const take = defineOperation({
  name: "take_report",
  summary: "Take the file of a report along.",
  kind: "read",
  permission: "task:read",
  input: z.strictObject({ reportId: id }),
  output: z.object({ report, data: z.instanceof(Uint8Array) }),
  run: (context, { reportId }) => readContent(context, reportId),
});

const types: Record<ReportKind, string> = {
  markdown: "text/markdown; charset=utf-8",
  html: "text/html; charset=utf-8",
  pdf: "application/pdf",
  json: "application/json; charset=utf-8",
};
const endings: Record<ReportKind, string> = { markdown: ".md", html: ".html", pdf: ".pdf", json: ".json" };

/**
 * Answers `GET /api/reports/<id>?org=`. A page of HTML is shown in a sandbox: no script, no form, nothing from
 * elsewhere, an origin of its own. Everything else is kept by the browser and not shown.
 */
export async function answerReport(door: Door, request: Request, reportId: string): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const caller = await enter(door, inOrg(request), requestId);
    const found = await execute(take, caller.runtime, caller.actor, { reportId }, caller);
    const { kind, name } = found.report;
    const isShown = kind === "html" && !new URL(request.url).searchParams.has("download");
    const file = name.toLowerCase().endsWith(endings[kind]) ? name : `${name}${endings[kind]}`;
    return new Response(found.data, {
      headers: {
        "content-type": types[kind],
        "content-disposition": isShown ? "inline" : `attachment; filename*=UTF-8''${encodeURIComponent(file)}`,
        "content-security-policy": sandbox,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store, no-transform",
      },
    });
  } catch (error) {
    return refusal(explain(door, error, requestId));
  }
}

/** https://www.w3.org/TR/CSP3/#directive-sandbox without a word after it allows nothing. */
const sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

/** A link that is followed has no headers of ours: it says the organization in its address. */
function inOrg(request: Request): Request {
  const org = new URL(request.url).searchParams.get("org");
  if (!org || request.headers.has("x-entourage-org")) return request;
  const headers = new Headers(request.headers);
  headers.set("x-entourage-org", org);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}
