import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, expect, test, vi } from "vitest";
import { getInbox, sendMessageOperation } from "#server/messages/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";

// A message is hidden for as long as a driven lease lives after it was handed over.
const { runtime, address, keyOf } = await openTestDoors({ ENTOURAGE_LEASE_SECONDS: "2" });
const { run } = workIn(runtime);
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function connect(key: string) {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", address), { requestInit }));
  return client;
}

/** An agent of its own process that waits over MCP until it is given something, says so, and then does nothing more. */
async function startForgetfulAgent(key: string) {
  const program = `
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "wait_for_work", arguments: { timeoutSeconds: 20 } } };
    const headers = { authorization: "Bearer ${key}", "content-type": "application/json",
      accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" };
    console.log("waiting");
    const answer = await fetch("${address}/mcp", { method: "POST", headers, body: JSON.stringify(call) });
    console.log(JSON.stringify((await answer.json()).result.structuredContent.work));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const next = async () => String((await once(lines, "line"))[0]);
  await next();
  return { child, work: next().then((line): unknown => JSON.parse(line)) };
}

test("a message wakes an agent that waits over MCP, and its answer reaches the person who wrote", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const client = await connect(await keyOf(org, agent));
  const waiting = client.callTool({ name: "wait_for_work", arguments: { timeoutSeconds: 20 } });
  await vi.waitFor(() => expect(runtime.parking?.waiting()).toBeGreaterThan(0), 15_000);
  const to = { kind: "agent", id: agent.id };
  const { message } = await run(sendMessageOperation, org.owner, { to, body: "Which port do you use?" });
  expect((await waiting).structuredContent).toMatchObject({
    work: { kind: "message", message: { id: message.id, body: "Which port do you use?", sender: { name: "Olivia" } } },
  });
  await client.callTool({ name: "send_message", arguments: { replyTo: message.id, body: "4000" } });
  const { messages } = await run(getInbox, org.owner, {});
  expect(messages).toMatchObject([{ body: "4000", threadId: message.id, sender: { id: agent.id } }]);
  await client.close();
});

test("an agent that is killed between being given a message and dealing with it is given it again", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const key = await keyOf(org, agent);
  const first = await startForgetfulAgent(key);
  const to = { kind: "agent", id: agent.id };
  const { message } = await run(sendMessageOperation, org.owner, { to, body: "Do not forget me." });
  expect(await first.work).toMatchObject({ kind: "message", message: { id: message.id } });
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const second = await startForgetfulAgent(key);
  expect(await second.work).toMatchObject({ kind: "message", message: { id: message.id, body: "Do not forget me." } });
  const client = await connect(key);
  await client.callTool({ name: "mark_messages", arguments: { messages: [message.id] } });
  const after = await client.callTool({ name: "wait_for_work", arguments: { timeoutSeconds: 5 } });
  expect(after.structuredContent).toMatchObject({ work: null, unread: 0 });
  await client.close();
});
