import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { installedAgent } from "#server/agent-installs/finding.ts";
import { installAgentKind, listAgentInstalls } from "#server/agent-installs/operations.ts";
import { openSecrets } from "#server/keyring.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { agentInstalls } from "./part.ts";

const { runtime } = await openTestDoors();
const { run } = workIn(runtime);

test("a worker installs a coding agent that was asked for, whole or not at all, and it runs", async () => {
  const { owner } = await createTestOrg(runtime);
  const secrets = openSecrets(runtime.config.dataDir);
  const { signal } = new AbortController();
  await run(installAgentKind, owner, { kind: "gemini" });
  const stop = await agentInstalls.start({ runtime, secrets, log: runtime.log, signal });
  try {
    const read = async () => (await run(listAgentInstalls, owner, {})).installs[0];
    const isOver = async () => ["installed", "failed"].includes((await read())?.status ?? "");
    await expect.poll(isOver, { timeout: 240_000, interval: 500 }).toBe(true);
    expect(await read()).toMatchObject({ status: "installed", percent: 100 });
    const folder = installedAgent(runtime.settings.dataDir, "gemini") ?? "";
    const said = execFileSync(join(folder, "node_modules/.bin/gemini"), ["--version"], { encoding: "utf8" });
    expect(said).toContain("0.61.0");
    expect(readdirSync(dirname(folder)).filter((name) => name.endsWith(".new"))).toEqual([]);
  } finally {
    await stop();
  }
});
