import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, expect, it } from "vitest";
import { openSecrets } from "#server/keyring.ts";
import { lockCredential } from "#server/credentials/queries.ts";
import { removeCredential, saveCredential } from "#server/credentials/service.ts";
import { candidatesOf } from "#server/llm/candidates.ts";
import { newId } from "#server/ids.ts";
import { createLogger } from "#server/log.ts";
import { listResourcesOperation } from "#server/resources/operations.ts";
import { keepOfProvider } from "#server/resources/service.ts";
import { tellOf } from "#server/sandboxes/test/kept.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { tellOfProcess } from "#server/resources/processes.ts";
import { lookAround, measureStorage } from "./part.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);
const { keyring } = openSecrets(runtime.settings.dataDir);
const log = createLogger("test");
const look = () => lookAround(runtime, keyring, new AbortController().signal);

let isUp = true;
const server = createServer((request, response) => {
  if (!isUp) return response.writeHead(500).end();
  const answers: Record<string, unknown> = {
    "/api/tags": { models: [{ name: "qwen:7b" }, { name: "llama:latest" }] },
    "/api/ps": { models: [{ name: "qwen:7b" }] },
    "/system_stats": { system: {} },
  };
  return response
    .writeHead(200, { "content-type": "application/json" })
    .end(JSON.stringify(answers[request.url ?? ""] ?? {}));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => server.close());

it("the monitor sees the installation and the models of an organization, and what each holds in memory", async () => {
  const org = await createTestOrg(runtime);
  const saved = { provider: "ollama", api: "ollama" as const, baseUrl: address, key: null };
  await as(runtime, org.owner, (context) => saveCredential(context, saved, { ok: true, answer: "", models: [] }));
  await look();
  const { resources } = await run(listResourcesOperation, org.owner, {});
  const stateOf = (name: string) => resources.find((one) => one.name === name);
  expect(stateOf("database")).toMatchObject({ kind: "installation", status: "up" });
  expect(stateOf("disk")).toMatchObject({ status: "up", detail: expect.stringContaining("free") });
  expect(stateOf("image_server")).toMatchObject({ status: "off" });
  expect(stateOf("ollama")).toMatchObject({
    kind: "model",
    status: "up",
    models: ["qwen:7b", "llama:latest"],
    loaded: ["qwen:7b"],
  });
  // Work is routed by it: a model that its server does not hold is not called.
  const candidates = await as(runtime, org.owner, (context) =>
    candidatesOf(context, ["ollama/qwen:7b", "ollama/llama", "ollama/gone"]),
  );
  expect(candidates.map(({ why }) => why)).toEqual([null, null, "ollama has no model gone"]);
  const other = await createTestOrg(runtime);
  expect((await run(listResourcesOperation, other.owner, {})).resources.some(({ kind }) => kind === "model")).toBe(
    false,
  );
});

it("what was seen of a provider says nothing once its key is saved anew, or was removed and is there again", async () => {
  const org = await createTestOrg(runtime);
  const stateNow = () =>
    as(runtime, org.owner, async (context) => (await candidatesOf(context, ["ollama/qwen:7b"]))[0]?.why);
  const save = () =>
    as(runtime, org.owner, (context) =>
      saveCredential(
        context,
        { provider: "ollama", api: "ollama", baseUrl: address, key: null },
        { ok: true, answer: "", models: [] },
      ),
    );
  const id = await save();
  isUp = false;
  await look();
  expect(await stateNow()).toContain("is down");
  isUp = true;
  await save();
  expect(await stateNow()).toBe(null);

  // A look that began before it was saved ends after it.
  const seen = { name: "model:ollama", status: "down" as const, detail: "Of the old one." };
  const old = { orgId: org.orgId, id, changedAt: new Date(Date.now() - 60_000).toISOString() };
  await as(runtime, org.owner, (context) => keepOfProvider(context, old, seen));
  expect(await stateNow()).toBe(null);

  isUp = false;
  await look();
  expect(await stateNow()).toContain("is down");
  await as(runtime, org.owner, async (context) => removeCredential(context, await lockCredential(context, id)));
  isUp = true;
  await save();
  expect(await stateNow()).toBe(null);
});

it("memory, CPU and storage are told, of processes as long as they live, and of an organization's own sandboxes", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const silences = [tellOfProcess(runtime, "web", log), tellOfProcess(runtime, "worker", log)];
  await runtime.db.execute(sql`insert into instance_resources (name, status, detail, data, since, checked_at)
    values ('worker_killed', 'up', '', '{}', now(), now() - interval '3 minutes')`);
  const boxes = [{ id: newId() }, { id: newId(), status: "stopped" as const, usage: null }];
  await tellOf(runtime, { orgId: org.orgId, place: newId(), boxes });
  await measureStorage(runtime, new AbortController().signal);
  await look();
  const told = async (actor: typeof org.owner) => {
    const { resources } = await run(listResourcesOperation, actor, {});
    return new Map(resources.map(({ name, detail }) => [name.replace(/_[0-9a-f]{6}$/, ""), detail]));
  };
  const use = /^\d+ MB of memory, \d+ % of a CPU\. .+ has .+ of .+ memory free and a load of [\d.]+ on \d+ CPUs\.$/;
  await expect.poll(async () => [...(await told(org.owner)).keys()]).toEqual(expect.arrayContaining(["web", "worker"]));
  const seen = await told(org.owner);
  expect([seen.get("web"), seen.get("worker")]).toEqual([expect.stringMatching(use), expect.stringMatching(use)]);
  expect(seen.has("worker_killed")).toBe(false);
  expect(seen.get("data_folder")).toMatch(/^[\d.]+ [MG]B/);
  expect(seen.get("running_sandboxes")).toMatch(/^1 run: \d+ of 2048 MB of memory, 3 processes/);
  expect((await told(other.owner)).get("running_sandboxes")).toBe("None runs.");
  for (const silence of silences) await silence();
  expect([...(await told(org.owner)).keys()].filter((name) => name === "web" || name === "worker")).toEqual([]);
});

it("a task that needs what is down waits and says so, is given to nobody, and goes on by itself", async () => {
  runtime.settings.images = { url: address, model: "m" };
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org, { title: "Draw", allowedTools: ["generate_image"] });
  isUp = false;
  await look();
  expect(await read(org.owner, task.id)).toMatchObject({
    waitsForResource: { resource: "image_server", reason: "The image server is down: It answers 500." },
  });
  expect((await run(listResourcesOperation, org.owner, {})).waiting).toMatchObject([{ task: { id: task.id } }]);
  expect(await claim(agent)).toBe(null);
  await look();
  isUp = true;
  await look();
  expect((await read(org.owner, task.id)).waitsForResource).toBe(null);
  // Pages hear of it as of everything: by an event that brings the card. What did not change is not told again.
  const told = await runtime.db.execute<{ waits: { resource: string }[] }>(sql`select data->'waits' as waits from events
    where org_id = ${org.orgId} and type = 'task.waits_changed' and task_id = ${task.id} order by seq`);
  expect(told.map(({ waits }) => waits.map(({ resource }) => resource))).toEqual([["image_server"], []]);
  expect((await claim(agent))?.task.id).toBe(task.id);
});

it("work of agents that talk to models waits while no provider answers, and that of others does not", async () => {
  isUp = false;
  const [org, mixed] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  for (const one of [org, mixed]) {
    await createTestAgent(runtime, one, { runtime: "model" });
    await as(runtime, one.owner, async ({ tx, actor }) => {
      // The manager that every team begins with works over MCP: here nobody but models is there.
      if (one === org) await tx.execute(sql`update agents set runtime = 'model' where org_id = ${actor.orgId}`);
    });
    const saved = { provider: "ollama", api: "ollama" as const, baseUrl: address, key: null };
    await as(runtime, one.owner, (context) => saveCredential(context, saved, { ok: true, answer: "", models: [] }));
  }
  await createTestAgent(runtime, mixed, { runtime: "scripted" });
  const [waits, goes] = [await addTask(org), await addTask(mixed)];
  await look();
  expect((await read(org.owner, waits.id)).waitsForResource?.resource).toBe("models");
  expect((await read(mixed.owner, goes.id)).waitsForResource).toBe(null);
  isUp = true;
  await runtime.db.execute(sql`update org_resources set checked_at = now() - interval '1 minute'`);
  await look();
  expect((await read(org.owner, waits.id)).waitsForResource).toBe(null);
});
