import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll } from "vitest";
import { createFront } from "#app/_server/front.ts";
import { createMetrics } from "#app/_server/metrics.ts";
import { createMcp } from "#mcp/server.ts";
import { createApiKey } from "../api-keys/operations.ts";
import { handleRegister } from "../auth/http.ts";
import { actorOfRequest } from "../auth/session.ts";
import { parseConfig } from "../config.ts";
import type { Actor } from "../context.ts";
import type { Door } from "../door.ts";
import { answerEventStream } from "../event-streams/answer.ts";
import { execute } from "../execute.ts";
import { gitAccess } from "../git/access.ts";
import { installHooks } from "../git/hooks.ts";
import { handleGitRequest } from "../git/http.ts";
import { handleDevice, handleDeviceToken } from "../device-sign-ins/http.ts";
import { getAliases, postAliases } from "../http/aliases.ts";
import { handleAppCallback } from "../github-apps/http.ts";
import { answerOperation } from "../http/answer.ts";
import { describeApi } from "../http/openapi.ts";
import type { Logger } from "../log.ts";
import { hooksDirectory } from "../repos/queries.ts";
import { openRuntime } from "../runtime.ts";
import { getRealtimeStats } from "../realtime/operations.ts";
import { answerTrpc } from "../trpc/answer.ts";
import { operations } from "../trpc/operations.ts";
import { handleLogin, handleMe, handleRefresh, handleReset, handleRevoke } from "../tokens/http.ts";
import { handleInit, handleVerify } from "../profile-sign-ins/http.ts";
import { receiveDelivery } from "../webhooks/receive.ts";
import { answerAttachment } from "../sessions/attachments.ts";
import { answerReport } from "../reports/serving.ts";
import { answerSessionStream } from "../sessions/streaming.ts";
import { answerTurnStream } from "../turns/streaming.ts";
import { openTestRuntime, type TestOrg } from "./fixtures.ts";

const authDoors = new Map([
  ["/api/auth/login", handleLogin],
  ["/api/auth/refresh", handleRefresh],
  ["/api/auth/reset", handleReset],
  ["/api/auth/revoke", handleRevoke],
  ["/api/auth/me", handleMe],
  ["/api/auth/device", handleDevice],
  ["/api/auth/device/token", handleDeviceToken],
  ["/api/auth/init", handleInit],
  ["/api/auth/verify", handleVerify],
]);

const isPostAlias = (path: string): path is keyof typeof postAliases => path in postAliases;
const isGetAlias = (path: string): path is keyof typeof getAliases => path in getAliases;

/**
 * All doors of a web process behind its real front, on a port and a database of the test file's own; only Next, which
 * hands requests through, is left out. Call it at the top level of the file.
 */
export async function openTestDoors(settings: Record<string, string> = {}, log?: Logger) {
  const database = await openTestRuntime();
  const dataDir = mkdtempSync(join(tmpdir(), "entourage-doors-"));
  const server = createServer((request, response) => front.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const address = `http://localhost:${port}`;
  const config = parseConfig({
    PORT: String(port),
    DATABASE_URL: database.url,
    ENTOURAGE_DATA_DIR: dataDir,
    ENTOURAGE_RATE_PER_ACTOR: "100000",
    ENTOURAGE_RATE_PER_ADDRESS: "100000",
    ENTOURAGE_RATE_SIGN_IN: "100000",
    ...settings,
  });
  const runtime = { ...(await openRuntime("test", config)), ...(log ? { log } : {}) };
  const door: Door = { runtime, authenticate: actorOfRequest };
  const mcp = createMcp();
  const front = createFront({
    config,
    dev: false,
    log: runtime.log,
    health: () => ({ ok: true }),
    readiness: () => Promise.resolve({ ok: true }),
    metrics: createMetrics(() => Promise.resolve(runtime)),
    isDraining: () => false,
    git: async (request, response) => {
      await installHooks(hooksDirectory(runtime.settings));
      await handleGitRequest(request, response, {
        authorize: gitAccess(runtime),
        hooksDirectory: hooksDirectory(runtime.settings),
        onError: (error) => runtime.log.error({ error }, "git request failed"),
      });
    },
    next: (request, response) => hand(request, response, address, route),
    nextUpgrade: () => {},
  });

  function route(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/mcp") return mcp(door, request);
    if (pathname === "/webhooks/github-app/callback") return handleAppCallback(door, request);
    const endpoint = /^\/webhooks\/([^/]+)\/receive$/.exec(pathname)?.[1];
    if (endpoint) return receiveDelivery(runtime, request, endpoint);
    const auth = authDoors.get(pathname);
    if (auth) return auth(door, request);
    if (pathname === "/api/auth/register") return handleRegister(runtime, request);
    if (pathname.startsWith("/api/trpc/")) return answerTrpc(door, request, "/api/trpc");
    if (pathname === "/api/openapi.json") return Promise.resolve(Response.json(describeApi(operations, address)));
    if (pathname === "/api/stats") return answerOperation(door, request, operations, getRealtimeStats.name, {});
    if (pathname === "/api/events") return answerEventStream(door, request);
    const session = /^\/api\/sessions\/([^/]+)\/stream$/.exec(pathname)?.[1];
    if (session) return answerSessionStream(door, request, session);
    const turned = /^\/api\/tasks\/([^/]+)\/turns$/.exec(pathname)?.[1];
    if (turned) return answerTurnStream(door, request, turned);
    const attached = /^\/api\/sessions\/([^/]+)\/attachments$/.exec(pathname)?.[1];
    if (attached) return answerAttachment(door, request, attached);
    const report = /^\/api\/reports\/([^/]+)$/.exec(pathname)?.[1];
    if (report) return answerReport(door, request, report);
    const [, short = "", handle] = /^\/api\/(\w+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (handle === undefined && isPostAlias(short))
      return answerOperation(door, request, operations, postAliases[short]);
    if (handle !== undefined && isGetAlias(short))
      return answerOperation(door, request, operations, getAliases[short], { handle });
    return answerOperation(door, request, operations, pathname.replace("/api/v1/", ""));
  }

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { ...database, runtime, door, address, keyOf: (org: TestOrg, agent?: Actor) => makeKey(runtime, org, agent) };
}

async function makeKey(runtime: Door["runtime"], org: TestOrg, agent?: Actor): Promise<string> {
  const input = { name: "test", agentId: agent?.id ?? null };
  return (await execute(createApiKey, runtime, org.owner, input, { requestId: "test" })).key;
}

async function hand(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  address: string,
  route: (request: Request) => Promise<Response>,
): Promise<void> {
  const hungUp = new AbortController();
  outgoing.on("close", () => hungUp.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream) : null;
  const response = await route(
    new Request(new URL(incoming.url ?? "/", address), {
      method: incoming.method ?? "GET",
      headers,
      body,
      signal: hungUp.signal,
      ...{ duplex: "half" },
    }),
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  if (!response.body) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body as never), outgoing).catch(() => {});
}
