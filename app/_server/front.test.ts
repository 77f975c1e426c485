import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import pino from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { parseConfig } from "#server/config.ts";
import { createFront } from "./front.ts";
import { createMetrics } from "./metrics.ts";

const lines: Record<string, unknown>[] = [];
const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
const worker = new WebSocketServer({ port: 0, host: "127.0.0.1" });
const servers: Server[] = [];
let plain: number;
let proxied: number;

beforeAll(async () => {
  worker.on("connection", (socket, request) => {
    socket.send(JSON.stringify({ url: request.url, address: request.headers["x-forwarded-for"] }));
    socket.on("message", (data) => socket.send(data));
  });
  plain = await serve({ ENTOURAGE_CORS_ORIGINS: "https://friend.example" });
  proxied = await serve({ ENTOURAGE_TRUSTED_HOPS: "1", ENTOURAGE_PUBLIC_URL: "https://entourage.example" });
});
afterAll(() => {
  for (const server of servers) server.close();
  worker.close();
});

/** A front on a free port; behind it a handler that answers with the headers and the length of the body it saw. */
async function serve(environment: Record<string, string>): Promise<number> {
  const workerPort = String(portOf(worker.address()));
  const front = createFront({
    config: parseConfig({ ...environment, ENTOURAGE_WORKER_PORT: workerPort, ENTOURAGE_BODY_LIMIT_KILOBYTES: "16" }),
    dev: false,
    log,
    health: () => ({ ok: true }),
    readiness: async () => ({ ok: false, database: "down" }),
    metrics: createMetrics(async () => undefined),
    isDraining: () => false,
    git: async (request, response) => void response.end(`git ${(await text(request)).length}`),
    next: async (request, response) => {
      if (request.url === "/broken") throw new Error("a bug");
      const body = await text(request);
      response.end(JSON.stringify({ headers: request.headers, length: body.length }));
    },
    nextUpgrade: (_request, socket) => socket.destroy(),
  });
  const server = createServer(front.handle).on("upgrade", front.upgrade).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  return address && typeof address === "object" ? address.port : 0;
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

async function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body = "",
): Promise<Answer> {
  const request = httpRequest({ port, host: "127.0.0.1", path, method, headers: { host: "localhost", ...headers } });
  request.on("error", () => {}); // The server may close while we still send what it refused.
  const answered = once(request, "response");
  request.end(body);
  const [response] = await answered;
  return { status: response.statusCode, headers: response.headers, body: await text(response).catch(() => "") };
}

test("forwarded headers of an untrusted client are lies and do not get through", async () => {
  const { body } = await ask(plain, "/", {
    "x-forwarded-for": "9.9.9.9",
    "x-forwarded-proto": "https",
    "x-request-id": "chosen-by-me",
    "x-nonce": "mine",
  });
  const { headers } = JSON.parse(body);
  expect(headers).toMatchObject({ "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http" });
  expect(headers["x-request-id"]).not.toBe("chosen-by-me");
  expect(headers["x-nonce"]).not.toBe("mine");
});

test("behind one trusted proxy the address it saw counts, not what the client put before it", async () => {
  const forwarded = {
    host: "entourage.example",
    "x-forwarded-for": "6.6.6.6, 7.7.7.7",
    "x-forwarded-proto": "https",
    "x-request-id": "proxy-id-1234",
  };
  const { body, headers } = await ask(proxied, "/", forwarded);
  expect(JSON.parse(body).headers).toMatchObject({ "x-forwarded-for": "7.7.7.7", "x-forwarded-proto": "https" });
  expect(headers).toMatchObject({ "x-request-id": "proxy-id-1234", "strict-transport-security": "max-age=31536000" });
});

test("every answer forbids framing and scripts without its own fresh nonce", async () => {
  const [first, second] = [await ask(plain, "/"), await ask(plain, "/")];
  const policy = String(first.headers["content-security-policy"]);
  expect(policy).toMatch(/script-src 'self' 'nonce-[^']+'; /);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toBe(second.headers["content-security-policy"]);
  expect(JSON.parse(first.body).headers["content-security-policy"]).toBe(policy);
});

test("a file that somebody left is answered into a sandbox, where no script of it runs", async () => {
  for (const path of ["/api/reports/1?org=a", "/api/workspaces/1/download?path=a.html"]) {
    const { headers } = await ask(plain, path);
    expect(headers["content-security-policy"]).toMatch(/^sandbox; default-src 'none'; /);
    expect(headers["content-security-policy"]).not.toMatch(/script-src|'self'|nonce/);
  }
});

test("frames show previews alone; without a domain for them, nothing", async () => {
  const framesOf = async (port: number, host?: string) =>
    /frame-src ([^;]*)/.exec(
      String((await ask(port, "/", host ? { host } : {})).headers["content-security-policy"]),
    )?.[1];
  expect(await framesOf(plain)).toBe("http://*.localhost:3000");
  expect(await framesOf(proxied, "entourage.example")).toBe("'none'");
});

test("a body beyond the limit is 413, announced or not; git has none here", async () => {
  const large = "x".repeat(40_000);
  expect(await ask(plain, "/api/x", { "content-length": "40000" }, "POST", large)).toMatchObject({ status: 413 });
  expect(await ask(plain, "/api/x", { "transfer-encoding": "chunked" }, "POST", large)).toMatchObject({ status: 413 });
  expect(await ask(plain, "/api/x", {}, "POST", "small")).toMatchObject({ status: 200 });
  expect(await ask(plain, "/api/git/o/r.git", {}, "POST", large)).toMatchObject({ status: 200, body: "git 40000" });
});

test("a client that sends a large body whole reads the refusal", async () => {
  const large = Buffer.alloc(8 * 1024 * 1024, "x");
  const announced: [string, string][] = [
    ["content-length", String(large.length)],
    ["transfer-encoding", "chunked"],
  ];
  for (const [name, value] of announced) {
    expect(await ask(plain, "/api/x", { [name]: value }, "POST", large.toString())).toMatchObject({
      status: 413,
      body: expect.stringContaining("too_large"),
    });
  }
});

test("a name we do not answer to is refused, so that a rebound page cannot use us", async () => {
  expect(await ask(plain, "/", { host: "evil.example" })).toMatchObject({ status: 421 });
  expect(await ask(proxied, "/", { host: "entourage.example" })).toMatchObject({ status: 200 });
  expect(await ask(plain, "/healthz", { host: "10.0.0.7" })).toMatchObject({ status: 200 });
});

test("an address nobody can read is the caller's mistake; a page tree nobody can read is left out", async () => {
  for (const path of ["/o/%E0%A4%A", "/%ff", "*", "http://elsewhere.example/"]) {
    const { status, body } = await ask(plain, path);
    expect(status, path).toBe(400);
    expect(JSON.parse(body).error.code).toBe("invalid");
  }
  const good = encodeURIComponent(JSON.stringify(["", { children: ["o", {}] }]));
  const seenTree = async (tree: string) =>
    JSON.parse((await ask(plain, "/", { "next-router-state-tree": tree })).body).headers["next-router-state-tree"];
  expect(await seenTree(good)).toBe(good);
  for (const tree of ["%5B", "%E0%A4%A", "{}", "[1]"]) expect(await seenTree(tree), tree).toBeUndefined();
});

test("pages of other sites get no CORS answer unless their origin is listed", async () => {
  const preflight = (origin: string) =>
    ask(plain, "/mcp", { origin, "access-control-request-method": "POST" }, "OPTIONS");
  expect((await preflight("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
  const friend = await preflight("https://friend.example");
  expect(friend).toMatchObject({ status: 204, headers: { "access-control-allow-origin": "https://friend.example" } });
  expect(friend.headers["access-control-allow-credentials"]).toBeUndefined();
});

test("a bug is an internal error with the request's id, and nothing of its text", async () => {
  const { status, body, headers } = await ask(plain, "/broken");
  expect(status).toBe(500);
  expect(JSON.parse(body)).toEqual({
    error: {
      ...{ code: "internal", requestId: headers["x-request-id"] },
      message: expect.stringContaining(`request ${String(headers["x-request-id"])}. The fault is ours: try once more;`),
    },
  });
});

test("probes answer 503 with the reason when something is missing", async () => {
  expect(await ask(plain, "/readyz")).toMatchObject({ status: 503, body: '{"ok":false,"database":"down"}' });
});

test("a realtime socket reaches the worker with the path and the address it knows", async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${plain}/realtime/app/KEY?protocol=7`);
  const [hello] = await once(socket, "message");
  expect(JSON.parse(String(hello))).toEqual({ url: "/app/KEY?protocol=7", address: "127.0.0.1" });
  socket.send("echo");
  expect(String((await once(socket, "message"))[0])).toBe("echo");
  socket.close();
});

test("a socket of a page of another site is refused", async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${plain}/realtime/app/KEY`, { origin: "https://evil.example" });
  const [error] = await once(socket, "error");
  expect(String(error)).toContain("403");
});

test("every request is one line when it ends, with the id of its answer and without its query", async () => {
  const { headers } = await ask(plain, "/o/x?ticket=et_secret&since=4", { "user-agent": "reader/1" });
  const found = await vi.waitFor(() => {
    const line = lines.find(({ requestId }) => requestId === headers["x-request-id"]);
    expect(line).toBeDefined();
    return line;
  }, 15_000);
  expect(found).toMatchObject({
    method: "GET",
    path: "/o/x",
    status: 200,
    address: "127.0.0.1",
    agent: "reader/1",
    msg: "request",
  });
  expect(JSON.stringify(lines)).not.toContain("et_secret");
});

test("figures are for this machine; through a proxy or under a public name only for who brings the token", async () => {
  const local = await ask(plain, "/metrics");
  expect(local).toMatchObject({ status: 200, headers: { "content-type": expect.stringContaining("text/plain") } });
  expect(local.body).toContain("process_cpu_seconds_total");
  for (const [port, headers] of [
    [plain, { "x-forwarded-for": "127.0.0.1" }],
    [plain, { forwarded: "for=127.0.0.1" }],
    [proxied, { "x-forwarded-for": "127.0.0.1", host: "entourage.example" }],
  ] as const)
    expect(await ask(port, "/metrics", headers)).toMatchObject({
      status: 403,
      body: expect.stringContaining("ENTOURAGE_METRICS_TOKEN"),
    });
  // A page of a hostile name that leads here does not get so far.
  expect(await ask(plain, "/metrics", { host: "evil.example" })).toMatchObject({ status: 421 });
});
