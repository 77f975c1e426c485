import { randomUUID } from "node:crypto";
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Caller } from "#server/door.ts";
import { callTool, UnknownTool } from "./call-tool.ts";
import { instructions, serverInfo } from "./server-info.ts";
import { shownTools } from "./tool-table.ts";

interface Session {
  server: McpServer;
  transport: WebStandardStreamableHTTPServerTransport;
  /** Whose it is; an id of a session opens it to nobody else. */
  principal: string;
  /** As whom its next request acts: found anew for each. */
  caller: Caller;
}

const MOST_SESSIONS = 2_000;

/**
 * The whole protocol by its library, both eras on one address: discovery, the older handshake with its sessions, ping,
 * subscriptions, and every refusal. Tool calls in an unusual form end here too and are answered from the same table.
 */
export function createProtocol() {
  const sessions = new Map<string, Session>();
  const callers = new WeakMap<Request, Caller>();
  const stateless = createMcpHandler(({ requestInfo }) => {
    const caller = requestInfo && callers.get(requestInfo);
    if (!caller) throw new Error("a request without a caller");
    return createServer(() => caller);
  });

  return async function serve(request: Request, body: unknown, caller: Caller): Promise<Response> {
    callers.set(request, caller);
    const isLegacy = request.method !== "POST" || (await isLegacyRequest(request, body));
    if (!isLegacy) return stateless.fetch(request, { parsedBody: body });
    const id = request.headers.get("mcp-session-id");
    if (id) return inSession(id, request, body, caller);
    if (isInitializeRequest(body)) return begin(request, body, caller);
    return stateless.fetch(request, request.method === "POST" ? { parsedBody: body } : {});
  };

  function inSession(id: string, request: Request, body: unknown, caller: Caller): Response | Promise<Response> {
    const session = sessions.get(id);
    if (session?.principal !== principalOf(caller)) return noSession();
    session.caller = caller;
    sessions.delete(id);
    sessions.set(id, session);
    return session.transport.handleRequest(request, { parsedBody: body });
  }

  async function begin(request: Request, body: unknown, caller: Caller): Promise<Response> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => keep(id),
    });
    const server = createServer(() => session.caller);
    const session: Session = { server, transport, principal: principalOf(caller), caller };
    const keep = (id: string) => {
      sessions.set(id, session);
      const [oldest] = sessions;
      if (oldest && sessions.size > MOST_SESSIONS) void oldest[1].server.close();
    };
    transport.onclose = () => {
      if (transport.sessionId) sessions.delete(transport.sessionId);
    };
    await server.connect(transport);
    return transport.handleRequest(request, { parsedBody: body });
  }
}

/** A key, not only its agent: a session ends with the key it was opened with. */
export const principalOf = ({ actor }: Caller): string => `${actor.orgId}|${actor.id}|${actor.keyId ?? ""}`;

function createServer(callerOf: () => Caller): McpServer {
  const server = new McpServer(serverInfo, { capabilities: { tools: {} }, instructions });
  server.server.setRequestHandler("tools/list", ({ params }) => {
    if (params?.cursor !== undefined)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, "There is one page of tools; leave the cursor out.");
    return { tools: shownTools(callerOf().actor.permissions) };
  });
  server.server.setRequestHandler("tools/call", async ({ params }, { mcpReq }) => {
    try {
      const { text, structured, isError } = await callTool(params, callerOf(), mcpReq.signal);
      return { content: [{ type: "text", text }], structuredContent: structured, isError };
    } catch (error) {
      if (error instanceof UnknownTool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
      throw error;
    }
  });
  return server;
}

function noSession(): Response {
  const error = { code: -32001, message: "Session not found. Send initialize again." };
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 404 });
}
