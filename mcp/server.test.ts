import { request as httpRequest } from "node:http";
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from "@modelcontextprotocol/client";
import { Client as OlderClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OlderTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, test, vi } from "vitest";
import { execute } from "#server/execute.ts";
import { createTask } from "#server/tasks/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg, type TestOrg } from "#server/test/fixtures.ts";

const { runtime, address, keyOf, db } = await openTestDoors();
const url = new URL("/mcp", address);
const org = await createTestOrg(runtime);
const agent = await createTestAgent(runtime, org);
const key = await keyOf(org, agent);
const ownerKey = await keyOf(org);
const identity = { name: "test", version: "1" };
const headersOf = (apiKey: string) => ({ requestInit: { headers: { authorization: `Bearer ${apiKey}` } } });

const connectors = {
  "2026-07-28": async (apiKey: string) => {
    const client = new ModernClient(identity, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(new ModernTransport(url, headersOf(apiKey)));
    return client;
  },
  "2025-11-25 by the newer library": async (apiKey: string) => {
    const client = new ModernClient(identity, { versionNegotiation: { mode: "legacy" } });
    await client.connect(new ModernTransport(url, headersOf(apiKey)));
    return client;
  },
  "2025-11-25": async (apiKey: string) => {
    const client = new OlderClient(identity);
    await client.connect(new OlderTransport(url, headersOf(apiKey)));
    return client;
  },
};

async function addTask(to: TestOrg, title: string) {
  const { task } = await execute(createTask, runtime, to.owner, { teamId: to.teamId, title }, { requestId: "test" });
  return task;
}

for (const [era, connect] of Object.entries(connectors)) {
  test(`a client of ${era} learns how to work here, lists tools, calls them and reads refusals`, async () => {
    const client = await connect(key);
    expect(client.getInstructions()).toContain("wait_for_work");
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toContain("claim_task");
    expect(names).not.toContain("assign_task");
    const ping = tools.find(({ name }) => name === "ping");
    expect(ping).toMatchObject({ title: "Ping", annotations: { readOnlyHint: true, openWorldHint: false } });
    const pong = await client.callTool({ name: "ping", arguments: {} });
    expect(pong.structuredContent).toMatchObject({ name: agent.name, role: "engineer" });
    expect(pong.content).toEqual([{ type: "text", text: JSON.stringify(pong.structuredContent) }]);
    const missing = await client.callTool({ name: "get_task", arguments: { task: "999999" } });
    expect(missing).toMatchObject({ isError: true, structuredContent: { error: { code: "not_found" } } });
    const wrong = await client.callTool({ name: "get_task", arguments: { task: 5 } });
    expect(wrong).toMatchObject({ isError: true, structuredContent: { error: { code: "invalid" } } });
    const hidden = await client.callTool({ name: "archive_task", arguments: { task: "1" } });
    expect(hidden).toMatchObject({ isError: true, structuredContent: { error: { code: "forbidden" } } });
    await expect(client.callTool({ name: "task_get", arguments: {} })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining("get_task"),
    });
    await client.close();
  });

  test(`work goes to a client of ${era} as soon as there is some`, async () => {
    const own = await createTestOrg(runtime);
    const client = await connect(await keyOf(own, await createTestAgent(runtime, own)));
    const waiting = client.callTool({ name: "wait_for_work", arguments: { timeoutSeconds: 20 } });
    await vi.waitFor(() => expect(runtime.parking?.waiting()).toBeGreaterThan(0), 15_000);
    const task = await addTask(own, "Something to do");
    expect((await waiting).structuredContent).toMatchObject({ work: { kind: "task", task: { id: task.id } } });
    await client.close();
  });

  test(`a client of ${era} that loses interest waits no longer`, async () => {
    const own = await createTestOrg(runtime);
    const client = await connect(await keyOf(own, await createTestAgent(runtime, own)));
    const lost = new AbortController();
    const call = { name: "wait_for_work", arguments: { timeoutSeconds: 40 } };
    const waiting =
      client instanceof OlderClient
        ? client.callTool(call, undefined, { signal: lost.signal })
        : client.callTool(call, { signal: lost.signal });
    await vi.waitFor(() => expect(runtime.parking?.waiting()).toBe(1), 15_000);
    lost.abort();
    await expect(waiting).rejects.toThrow(/./);
    await vi.waitFor(() => expect(runtime.parking?.waiting()).toBe(0), 15_000);
    await client.close();
  });
}

const accept = "application/json, text/event-stream";
function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", accept, ...headers },
  });
}
const call = (name: string, input: unknown = {}, more: object = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name, arguments: input, ...more },
});
const envelope = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": identity,
  "io.modelcontextprotocol/clientCapabilities": {},
};
const modern = (name: string) => ({
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "tools/call",
  "mcp-name": name,
});

test("nobody comes in without a key or with a wrong one, and is told where keys come from", async () => {
  for (const authorization of ["", "Bearer oc_wrong", `Bearer ${key.slice(0, -1)}`, "Basic eDp5"]) {
    const response = await post(call("ping"), { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer resource_metadata="${address}/.well-known/oauth-protected-resource/mcp"`,
    );
    expect(await response.json()).toMatchObject({ jsonrpc: "2.0", error: { code: -32000 } });
  }
});

test("malformed JSON-RPC is refused in the words of the protocol", async () => {
  const refused: [unknown, number, number][] = [
    ["{", 400, -32700],
    ["", 400, -32700],
    ["[]", 400, -32600],
    ["5", 400, -32600],
    ["null", 400, -32600],
    [{ jsonrpc: "1.0", id: 1, method: "tools/list" }, 400, -32600],
    [{ jsonrpc: "2.0", id: {}, method: "tools/list" }, 400, -32600],
    [{ jsonrpc: "2.0", id: 1 }, 400, -32600],
  ];
  for (const [body, status, code] of refused) {
    const response = await post(body);
    expect([body, response.status, (await response.json()).error.code]).toEqual([body, status, code]);
  }
  const inBand: [unknown, number][] = [
    [call("ping", "text"), -32602],
    [{ jsonrpc: "2.0", id: 1, method: "tools/call", params: {} }, -32602],
    [{ jsonrpc: "2.0", id: 1, method: "tools/list", params: { cursor: "x" } }, -32602],
    [{ jsonrpc: "2.0", id: 1, method: "tools/lists" }, -32601],
  ];
  for (const [body, code] of inBand) {
    const text = await (await post(body)).text();
    expect([body, text.match(/"code":(-\d+)/)?.[1]]).toEqual([body, String(code)]);
  }
});

test("a request of the newer era whose headers and body disagree is refused with -32020", async () => {
  const body = call("ping", {}, { _meta: envelope });
  expect((await post(body, modern("ping"))).status).toBe(200);
  const wrong: Record<string, string>[] = [
    modern("get_task"),
    { ...modern("ping"), "mcp-method": "tools/list" },
    { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" },
    { "mcp-protocol-version": "2025-11-25" },
  ];
  for (const headers of wrong) {
    const response = await post(body, headers);
    expect([response.status, (await response.json()).error.code]).toEqual([400, -32020]);
  }
  const bare = await post(call("ping"), modern("ping"));
  expect([bare.status, (await bare.json()).error.code]).toEqual([400, -32602]);
});

test("what is not JSON, or too much of it, is refused", async () => {
  expect((await post(call("ping"), { "content-type": "text/plain" })).status).toBe(415);
  expect((await post(call("ping"), { accept: "text/html" })).status).toBe(406);
  const large = await post(call("ping", { text: "x".repeat(1_100_000) }));
  expect(large.status).toBe(413);
});

/** `fetch` does not let one lie about the host. */
function lie(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { authorization: `Bearer ${key}`, "content-type": "application/json", accept, ...headers };
    const request = httpRequest(url, { method: "POST", headers: all }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    request.end(JSON.stringify(call("ping")));
  });
}

test("a foreign host name and a page of another origin are refused, our own page is not", async () => {
  expect(await lie({ host: "evil.example" })).toBe(421);
  expect(await lie({ host: "evil.example", origin: "http://evil.example" })).toBe(421);
  expect(await lie({ origin: "http://evil.example" })).toBe(403);
  expect(await lie({ origin: "null" })).toBe(403);
  expect(await lie({ origin: address })).toBe(200);
});

test("a session of the older era is its key's alone, and ends when asked to", async () => {
  const initialize = {
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: identity },
  };
  const session = (await post(initialize)).headers.get("mcp-session-id") ?? "";
  expect(session).not.toBe("");
  const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
  expect((await post(ping, { "mcp-session-id": session })).status).toBe(200);
  const foreign = await post(ping, { "mcp-session-id": session, authorization: `Bearer ${ownerKey}` });
  expect(foreign.status).toBe(404);
  const headers = { authorization: `Bearer ${key}`, "mcp-session-id": session };
  expect((await fetch(url, { method: "DELETE", headers })).status).toBe(200);
  expect((await post(ping, { "mcp-session-id": session })).status).toBe(404);
});

test("calls go on when the process that held the session is gone", async () => {
  const response = await post(call("ping"), { "mcp-session-id": "made-by-a-process-that-died" });
  expect(await response.json()).toMatchObject({ result: { structuredContent: { role: "engineer" } } });
});

test("the same idempotency key gives the same answer and does nothing twice", async () => {
  const input = { teamId: org.teamId, title: "Only once" };
  const once = () =>
    post(call("create_task", input, { _meta: { "entourage/idempotencyKey": "k1" } }), {
      authorization: `Bearer ${ownerKey}`,
    });
  const [one, two] = await Promise.all([once(), once()]);
  expect(await one.json()).toEqual(await two.json());
});

test("a batch of the older era is answered", async () => {
  const response = await post([{ ...call("ping"), id: 7 }]);
  expect(await response.text()).toContain(`"name":"${agent.name}"`);
});

test("a bug tells its request id and what one can do, and nothing of its text", async () => {
  const broken = await createTestOrg(runtime);
  const brokenKey = await keyOf(broken);
  await db.execute("alter table tasks rename to tasks_away");
  try {
    const response = await post(call("list_tasks", { teamId: broken.teamId }), {
      authorization: `Bearer ${brokenKey}`,
    });
    const { result } = await response.json();
    const requestId = response.headers.get("x-request-id");
    const message = `Internal error, request ${requestId}. The fault is ours: try once more; if it comes again, give this id to the people who run the server.`;
    expect(result.content).toEqual([{ type: "text", text: `internal: ${message}` }]);
    expect(result.structuredContent).toEqual({ error: { code: "internal", message, requestId } });
  } finally {
    await db.execute("alter table tasks_away rename to tasks");
  }
});
