import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newId } from "#server/ids.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { findProcessesNaming } from "#server/sandbox/processes.ts";
import { newSpec, runIn } from "#server/sandbox/test/box.ts";
import { clearCacheOperation, listCaches, listSandboxesOperation, stopSandbox } from "#server/sandboxes/operations.ts";
import { createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { createLook } from "./part.ts";

const { runtime } = await openTestRuntime();
const { run } = workIn(runtime);
const settings = runtime.settings;
const isolated = await openBoxes(settings).then(
  () => true,
  () => false,
);
if (!isolated) settings.sandbox = "process";
const until = { timeout: 30_000, interval: 50 };

test("what a killed worker left running ends, is told as failed, and can be started anew", {
  timeout: 60_000,
}, async () => {
  const org = await createTestOrg(runtime);
  const [id, mark] = [newId(), `86${Date.now()}`];
  const program = join(import.meta.dirname, "test/victim.ts");
  const args = [program, settings.dataDir, id, org.orgId, mark, settings.sandbox];
  const victim = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => victim.stdout.once("data", resolve));
  expect(findProcessesNaming(mark).length).toBeGreaterThan(0);
  const { look, hurry } = createLook(runtime, { warn: () => undefined });
  const list = async () => (await run(listSandboxesOperation, org.owner, {})).sandboxes;
  await look();
  // Its worker lives: it is left alone.
  expect(await list()).toMatchObject([{ id, status: "running" }]);
  const gone = new Promise((resolve) => victim.once("exit", resolve));
  victim.kill("SIGKILL");
  await gone;
  hurry();
  await look();
  if (isolated) await expect.poll(() => findProcessesNaming(mark), until).toEqual([]);
  expect(await list()).toMatchObject([
    { id, status: "failed", reason: expect.stringMatching(/worker that ran it has ended/) },
  ]);
  const boxes = await openBoxes(settings);
  await boxes.start(id);
  expect((await runIn(boxes, id, "echo again")).out).toBe("again\n");
  await boxes.remove(id);
  hurry();
  await look();
  expect(await list()).toEqual([]);
});

test("what an admin asks for is done at the next look, and a stopped one is told as stopped", async () => {
  const org = await createTestOrg(runtime);
  const boxes = await openBoxes(settings);
  const { spec, folder } = await newSpec({ labels: { orgId: org.orgId } });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await boxes.create(spec);
  await boxes.start(spec.id);
  onTestFinished(() => boxes.remove(spec.id));
  const { look } = createLook(runtime, { warn: () => undefined });
  await look();
  await run(stopSandbox, org.owner, { sandboxId: spec.id });
  await look();
  expect((await run(listSandboxesOperation, org.owner, {})).sandboxes).toMatchObject([
    { id: spec.id, status: "stopped", asked: null, reason: null, usage: null },
  ]);
  await expect(runIn(boxes, spec.id, "true")).rejects.toThrow(/does not run/);
});

test("caches are measured, and emptied when asked for", async () => {
  const org = await createTestOrg(runtime);
  const cache = join(settings.dataDir, "caches", org.orgId, org.teamId);
  mkdirSync(join(cache, "npm", "deep"), { recursive: true });
  writeFileSync(join(cache, "npm", "deep", "package"), "x".repeat(100_000), { mode: 0o400 });
  const { look, hurry } = createLook(runtime, { warn: () => undefined });
  await look();
  const list = async () => (await run(listCaches, org.owner, {})).caches;
  const [found] = await list();
  expect(found).toMatchObject({ id: org.teamId, files: 1, isClearing: false });
  expect(found?.tools.npm).toBeGreaterThanOrEqual(100_000);
  await run(clearCacheOperation, org.owner, { cacheId: org.teamId });
  hurry();
  await look();
  expect(existsSync(cache)).toBe(true);
  expect(existsSync(join(cache, "npm"))).toBe(false);
  expect(await list()).toMatchObject([{ bytes: 0, files: 0, isClearing: false }]);
});
