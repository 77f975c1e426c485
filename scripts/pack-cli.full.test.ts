import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { packCli } from "./pack-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "entourage-packed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { runtime, address, keyOf } = await openTestDoors();

test("the packed command line runs by npx in an empty folder, with nothing to install beside it", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const empty = join(folder, "empty");
  mkdirSync(empty);
  const archive = await packCli(folder);
  const listed = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).trim().split("\n");
  expect(listed.map((file) => basename(file)).toSorted()).toEqual([
    "LICENSE",
    "entourage.mjs",
    "instructions.md",
    "package.json",
  ]);
  // npx takes a path for a package only when it is relative.
  copyFileSync(archive, join(empty, basename(archive)));
  const env = {
    ...{
      NODE_ENV: process.env.NODE_ENV,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOME: empty,
      XDG_CONFIG_HOME: empty,
    },
    ...{ ENTOURAGE_SERVER: address, ENTOURAGE_TOKEN: await keyOf(org, agent), npm_config_offline: "true" },
  };
  // Not waited for in a blocking way: this process is the server.
  const npx = (args: string[]) =>
    new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn("npx", ["--yes", `./${basename(archive)}`, ...args], { cwd: empty, env });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk) => (stdout += String(chunk)));
      child.stderr.on("data", (chunk) => (stderr += String(chunk)));
      child.on("close", (status) => resolve({ status, stdout, stderr }));
    });
  const who = await npx(["whoami", "--json"]);
  expect(who.status, who.stderr).toBe(0);
  expect(JSON.parse(who.stdout)).toMatchObject({ name: agent.name, server: address });
  expect((await npx(["instruction-prompt"])).stdout).toContain("wait_for_work");
  expect((await npx(["frobnicate"])).status).toBe(2);
});
