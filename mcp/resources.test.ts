import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { expect, test, vi } from "vitest";
import { listApiKeys, revokeApiKey } from "#server/api-keys/operations.ts";
import { execute } from "#server/execute.ts";
import { createTask, updateTask } from "#server/tasks/operations.ts";
import { createTeam } from "#server/teams/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg, type TestOrg } from "#server/test/fixtures.ts";
import { connectModern, connectOlder, speak } from "./test/speak.ts";

const { runtime, address, keyOf } = await openTestDoors();
// The second web process: what happens through the one is heard at the other.
const other = await openTestDoors({ DATABASE_URL: runtime.config.databaseUrl ?? "" });
const url = new URL("/mcp", address);
const otherUrl = new URL("/mcp", other.address);
const by = { requestId: "test" };
const org = await createTestOrg(runtime);
const agent = await createTestAgent(runtime, org);
const key = await keyOf(org, agent);

async function addTask(to: TestOrg, title = "Read me", teamId = to.teamId) {
  return (await execute(createTask, runtime, to.owner, { teamId, title }, by)).task;
}
/** A change through the other process, as somebody at its dashboard makes it. */
const rename = (task: string, title: string, who = org.owner) =>
  execute(updateTask, other.runtime, who, { task, title }, by);

test("tasks, boards and the feed are listed and read by address, by clients of both eras", async () => {
  const task = await addTask(org);
  const modern = await connectModern(url, key);
  await modern.connect();
  const older = await connectOlder(url, key);
  await older.connect();
  for (const client of [modern.client, older.client]) {
    expect(client.getServerCapabilities()).toMatchObject({
      tools: { listChanged: false },
      resources: { subscribe: true, listChanged: false },
      extensions: { "io.modelcontextprotocol/tasks": {} },
    });
    const { resources } = await client.listResources();
    const board = `entourage://teams/${org.teamId}/board`;
    expect(resources.map(({ uri }) => uri)).toEqual(["entourage://events", board]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain("entourage://tasks/{number}/diff");
    const read = async (uri: string) => {
      const [content] = (await client.readResource({ uri })).contents;
      return JSON.parse(content && "text" in content ? String(content.text) : "null");
    };
    expect(await read(`entourage://tasks/${task.number}`)).toMatchObject({ id: task.id, title: "Read me" });
    expect(await read(board)).toHaveProperty("columns");
    const { head } = await read("entourage://events");
    expect(await read(`entourage://events?since=${head - 1}`)).toMatchObject({ events: [{ seq: head }] });
    await client.close();
  }
});

test("what is another's, missing or no address of ours is not found, all in the same words", async () => {
  const say = speak(url, key);
  const foreign = await createTestOrg(runtime);
  const { number } = await addTask(org);
  const hidden = (await execute(createTeam, runtime, org.owner, { name: "Hidden" }, by)).team.id;
  const inHidden = await addTask(org, "Not theirs", hidden);
  const sayForeign = speak(url, await keyOf(foreign));
  expect((await sayForeign("resources/read", { uri: `entourage://tasks/${number}` })).error.code).toBe(-32602);
  const uris = [
    "entourage://tasks/999999",
    `entourage://tasks/${inHidden.number}`,
    `entourage://teams/${hidden}/board`,
  ];
  for (const uri of [...uris, "entourage://tasks/0", "entourage://events?since=-1", "file:///etc/passwd"]) {
    const { error } = await say("resources/read", { uri });
    expect([uri, error]).toEqual([uri, expect.objectContaining({ code: -32602, data: { uri } })]);
  }
});

test("a client of the newer era hears of changes through another process, and of nothing else", async () => {
  const [watched, unwatched] = [await addTask(org), await addTask(org)];
  const { client, connect } = await connectModern(otherUrl, key);
  const heard: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri));
  await connect();
  const uri = `entourage://tasks/${watched.number}`;
  const subscription = await client.listen({ resourceSubscriptions: [uri] });
  await execute(updateTask, runtime, org.owner, { task: unwatched.id, title: "Elsewhere" }, by);
  await execute(updateTask, runtime, org.owner, { task: watched.id, title: "Here" }, by);
  await vi.waitFor(() => expect(heard).toContain(uri), 5_000);
  expect(new Set(heard)).toEqual(new Set([uri]));
  await subscription.close();
  await client.close();
});

test("a session of the older era hears of what it subscribed to, until it does so no more", async () => {
  const [first, second] = [await addTask(org), await addTask(org)];
  const { client, connect } = await connectOlder(url, key);
  const heard: string[] = [];
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri));
  await connect();
  const uriOf = ({ number }: { number: number }) => `entourage://tasks/${number}`;
  for (const task of [first, second]) await client.subscribeResource({ uri: uriOf(task) });
  await rename(first.id, "One");
  await vi.waitFor(() => expect(heard).toContain(uriOf(first)), 5_000);
  await client.unsubscribeResource({ uri: uriOf(first) });
  heard.length = 0;
  await rename(first.id, "Two");
  await rename(second.id, "Two");
  await vi.waitFor(() => expect(heard).toContain(uriOf(second)), 5_000);
  expect(heard).not.toContain(uriOf(first));
  await client.close();
});

test("the same number in another organization, or in a team one does not see, makes no sound", async () => {
  const own = await createTestOrg(runtime);
  const foreign = await createTestOrg(runtime);
  const watcher = await createTestAgent(runtime, own);
  const hidden = (await execute(createTeam, runtime, own.owner, { name: "Hidden" }, by)).team.id;
  const [mine, theirs] = [await addTask(own), await addTask(foreign)];
  expect(mine.number).toBe(theirs.number);
  const unseen = await addTask(own, "Unseen", hidden);
  const { client, connect } = await connectModern(url, await keyOf(own, watcher));
  const heard: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => void heard.push(params.uri));
  await connect();
  const uris = [mine, unseen].map(({ number }) => `entourage://tasks/${number}`);
  await client.listen({ resourceSubscriptions: [...uris, `entourage://teams/${own.teamId}/board`] });
  await rename(theirs.id, "Theirs", foreign.owner);
  await rename(unseen.id, "Unseen", own.owner);
  const last = await addTask(own, "Seen");
  await vi.waitFor(() => expect(heard).toContain(`entourage://teams/${own.teamId}/board`), 5_000);
  expect(heard).toEqual([`entourage://teams/${own.teamId}/board`]);
  expect(last.number).toBeGreaterThan(unseen.number);
  await client.close();
});

test("a stream ends with the key it was opened with", async () => {
  const own = await createTestOrg(runtime);
  const watcher = await createTestAgent(runtime, own);
  const revoked = await keyOf(own, watcher);
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${revoked}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "subscriptions/listen",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "subscriptions/listen",
      params: {
        notifications: { resourceSubscriptions: ["entourage://events"] },
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    }),
  });
  const whole = response.text();
  const { apiKeys } = await execute(listApiKeys, runtime, own.owner, {}, by);
  await execute(revokeApiKey, runtime, own.owner, { apiKeyId: apiKeys[0]?.id ?? "" }, by);
  expect(await whole).toContain("notifications/subscriptions/acknowledged");
});

test("prompts tell how to begin, to judge and to hand over, with the task in them", async () => {
  const task = await addTask(org, "Mend the door");
  const modern = await connectModern(url, key);
  await modern.connect();
  const older = await connectOlder(url, key);
  await older.connect();
  for (const client of [modern.client, older.client]) {
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(["start_work", "review", "hand_over"]);
    for (const name of ["start_work", "review", "hand_over"]) {
      const { messages } = await client.getPrompt({ name, arguments: { task: String(task.number) } });
      expect(JSON.stringify(messages)).toContain("Mend the door");
    }
    expect(JSON.stringify(await client.getPrompt({ name: "start_work" }))).toContain("wait_for_work");
    await expect(client.getPrompt({ name: "review" })).rejects.toMatchObject({ code: -32602 });
    await expect(client.getPrompt({ name: "dance" })).rejects.toMatchObject({ code: -32602 });
    const ref = { type: "ref/prompt" as const, name: "review" };
    const typed = String(task.number).slice(0, 1);
    const { completion } = await client.complete({ ref, argument: { name: "task", value: typed } });
    expect(completion.values).toContain(String(task.number));
    const template = { type: "ref/resource" as const, uri: "entourage://teams/{team}/board" };
    const teams = await client.complete({ ref: template, argument: { name: "team", value: "" } });
    expect(teams.completion.values).toEqual([org.teamId]);
    const people = await client.complete({ ref, argument: { name: "to", value: agent.name.slice(0, 4) } });
    expect(people.completion.values).toContain(agent.name);
    await client.close();
  }
});

test("an agent finds and runs what it is not shown, and is refused what it may not", async () => {
  const say = speak(url, key);
  const found = await say("tools/call", { name: "find_operation", arguments: { words: "events of a task", limit: 1 } });
  expect(found.result).toMatchObject({ structuredContent: { operations: [{ name: "get_task_events" }] } });
  const { number } = await addTask(org);
  const run = { name: "run_operation", arguments: { name: "get_task_events", input: { task: String(number) } } };
  expect((await say("tools/call", run)).result).toMatchObject({
    structuredContent: { events: [{ type: "task.created" }] },
  });
  const refusals: [object, string][] = [
    [{ name: "create_team", input: { name: "Mine" } }, "forbidden"],
    [{ name: "get_task_event", input: {} }, "not_found"],
    [{ name: "get_task_events", input: { task: 5 } }, "invalid"],
    [{ nam: "get_task_events" }, "invalid"],
  ];
  for (const [input, code] of refusals) {
    const { result } = await say("tools/call", { name: "run_operation", arguments: input });
    expect(result).toMatchObject({ isError: true, structuredContent: { error: { code } } });
  }
});

test("a stream of the older era that was cut goes on where it was", async () => {
  const headers = (more: Record<string, string> = {}) => ({
    authorization: `Bearer ${key}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-11-25",
    ...more,
  });
  const initialize = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  const begun = await fetch(url, {
    method: "POST",
    headers: headers(),
    body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params: initialize }),
  });
  const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
  await begun.text();
  const list = { jsonrpc: "2.0", id: 1, method: "resources/list" };
  const answered = await fetch(url, { method: "POST", headers: headers(session), body: JSON.stringify(list) });
  const events = await answered.text();
  expect(events).toMatch(/^id: \S+\nretry: \d+/);
  const [first = ""] = /(?<=id: )\S+/.exec(events) ?? [];
  const leave = new AbortController();
  const again = await fetch(url, { headers: headers({ ...session, "last-event-id": first }), signal: leave.signal });
  const reader = again.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toContain("entourage://events");
  leave.abort();
});
