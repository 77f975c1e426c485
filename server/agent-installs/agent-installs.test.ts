import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { installDirOf, installedAgent } from "./finding.ts";
import * as operations from "./operations.ts";
import { listDueInstalls, tellInstall } from "./progress.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);

test("an agent's programs are asked for once, by admins, and everybody reads how far they are", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const ask = (actor = org.owner, kind = "gemini") => run(operations.installAgentKind, actor, { kind });
  await expect(ask(member)).rejects.toMatchObject({ code: "forbidden" });
  await expect(ask(org.owner, "entourage")).rejects.toThrow(/These are: claude, claude-sdk, codex/);
  expect((await ask()).install).toMatchObject({ kind: "gemini", status: "requested", percent: 0 });
  expect(await listDueInstalls(runtime)).toContain("gemini");
  await tellInstall(runtime, "gemini", { status: "installing", detail: "Fetched 3 of up to 9 packages.", percent: 30 });
  expect((await ask()).install, "asking again changes nothing").toMatchObject({ status: "installing", percent: 30 });
  expect(await listDueInstalls(runtime)).not.toContain("gemini");
  await db.execute(sql`update agent_installs set updated_at = now() - interval '2 minutes'`);
  expect(await listDueInstalls(runtime), "a dead worker's is begun again").toContain("gemini");
  await tellInstall(runtime, "gemini", { status: "failed", detail: "npm ended with 1", percent: 0 });
  expect((await run(operations.listAgentInstalls, member, {})).installs).toMatchObject([
    { detail: "npm ended with 1" },
  ]);
  expect((await ask()).install.status, "what failed is tried again").toBe("requested");
});

test("what is installed already is there for the next organization at once", async () => {
  const org = await createTestOrg(runtime);
  const { dataDir } = runtime.settings;
  expect(installedAgent(dataDir, "opencode")).toBeUndefined();
  expect(installedAgent(dataDir, "../opencode")).toBeUndefined();
  mkdirSync(join(installDirOf(dataDir, "opencode"), "node_modules"), { recursive: true });
  expect(installedAgent(dataDir, "opencode")).toBe(installDirOf(dataDir, "opencode"));
  const { install } = await run(operations.installAgentKind, org.owner, { kind: "opencode" });
  expect(install).toMatchObject({ status: "installed", percent: 100 });
});
