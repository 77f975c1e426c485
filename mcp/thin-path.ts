import {
  CLIENT_CAPABILITIES_META_KEY,
  classifyInboundRequest,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import type { Caller } from "#server/door.ts";
import { askHuman } from "#server/human-requests/operations.ts";
import { callTool, type ToolCall, UnknownTool } from "./call-tool.ts";
import { TASKS } from "./tasks/extension.ts";
import { listTools, tools } from "./tool-table.ts";
import { serverInfo } from "./version.ts";

/** The revision without sessions. */
const MODERN = "2026-07-28";

/** A request that is plainly right, so that nothing of the protocol library is needed to answer it. */
export type PlainRequest = { id: string | number; modern: boolean } & (
  | { method: "tools/list" }
  | { method: "tools/call"; call: ToolCall }
);

/**
 * Recognises `tools/list` and `tools/call` in their usual form. Whatever is unusual in the least is left to the protocol
 * library, which knows how to serve or to refuse it: nothing is refused here.
 */
export function recognise({ headers }: Request, body: unknown): PlainRequest | undefined {
  if (!isRecord(body) || body.jsonrpc !== "2.0" || Object.keys(body).length > 4) return undefined;
  const { id, method, params } = body;
  if (typeof id !== "string" && (typeof id !== "number" || !Number.isSafeInteger(id))) return undefined;
  if (method !== "tools/list" && method !== "tools/call") return undefined;
  if (params !== undefined && !isRecord(params)) return undefined;
  const accept = headers.get("accept") ?? "";
  if (!accept.includes("application/json") || !accept.includes("text/event-stream")) return undefined;
  const modern = headers.get("mcp-protocol-version") === MODERN;
  if (modern ? !isPlainModern(headers, body, method, params) : !isPlainLegacy(headers, params)) return undefined;
  const plain = { id, modern };
  if (method === "tools/list") return params?.cursor === undefined ? { ...plain, method } : undefined;
  const call = toolCallOf(params);
  return call && !mayTakeLonger(call, headers) ? { ...plain, method, call } : undefined;
}

/** Answers it from the compiled table. */
export async function answerPlain(request: PlainRequest, caller: Caller, signal: AbortSignal): Promise<Response> {
  const result = await resultOf(request, caller, signal);
  const json = `{"jsonrpc":"2.0","id":${JSON.stringify(request.id)},${result}}`;
  return new Response(json, {
    headers: { "content-type": "application/json", "cache-control": "no-store", "x-request-id": caller.requestId },
  });
}

async function resultOf(request: PlainRequest, caller: Caller, signal: AbortSignal): Promise<string> {
  if (request.method === "tools/list") {
    const listed = `"tools":${listTools(caller.actor)}`;
    return `"result":{${listed}${request.modern ? `,"ttlMs":0,"cacheScope":"private",${modernTail}` : ""}}`;
  }
  try {
    const { text, json, isError } = await callTool(request.call, caller, signal);
    const content = `"content":[{"type":"text","text":${JSON.stringify(text)}}],"structuredContent":${json}`;
    return `"result":{${content}${isError ? ',"isError":true' : ""}${request.modern ? `,${modernTail}` : ""}}`;
  } catch (error) {
    if (error instanceof UnknownTool) return `"error":${JSON.stringify({ code: -32602, message: error.message })}`;
    throw error;
  }
}

const modernTail = `"resultType":"complete","_meta":${JSON.stringify({ [SERVER_INFO_META_KEY]: serverInfo })}`;

function isPlainModern(headers: Headers, body: unknown, method: string, params: Record<string, unknown> | undefined) {
  if (headers.get("mcp-method") !== method) return false;
  if (method === "tools/call" && headers.get("mcp-name") !== params?.name) return false;
  const route = classifyInboundRequest({
    httpMethod: "POST",
    protocolVersionHeader: MODERN,
    mcpMethodHeader: method,
    body,
  });
  return route.kind === "modern" && route.classification.revision === MODERN;
}

function isPlainLegacy(headers: Headers, params: Record<string, unknown> | undefined): boolean {
  const version = headers.get("mcp-protocol-version");
  if (version !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) return false;
  return !isRecord(params?._meta) || !(PROTOCOL_VERSION_META_KEY in params._meta);
}

/** A call that takes long, of a client that can be given a task for it, or asked itself. */
function mayTakeLonger({ name, _meta }: ToolCall, headers: Headers): boolean {
  if (!tools.get(name)?.resume) return false;
  if (name === askHuman.name && headers.has("mcp-session-id")) return true;
  const capabilities = _meta?.[CLIENT_CAPABILITIES_META_KEY];
  if (!isRecord(capabilities)) return false;
  if (isRecord(capabilities.extensions) && TASKS in capabilities.extensions) return true;
  return name === askHuman.name && capabilities.elicitation !== undefined;
}

function toolCallOf(params: Record<string, unknown> | undefined): ToolCall | undefined {
  const { name, arguments: input, _meta } = params ?? {};
  if (typeof name !== "string" || (input !== undefined && !isRecord(input))) return undefined;
  if (_meta !== undefined && !isRecord(_meta)) return undefined;
  return { name, ...(input && { arguments: input }), ...(_meta && { _meta }) };
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
