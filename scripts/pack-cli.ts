import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { z } from "zod";
import { serverInfo } from "#mcp/version.ts";
import { ROOT } from "./check/command.ts";

/**
 * Makes a package of the command line alone: one JavaScript file with all it needs, since Node strips no types below
 * `node_modules`, and nothing to install beside it. @returns the path of the archive in `folder`.
 */
export async function packCli(folder: string): Promise<string> {
  const staged = join(folder, "entourage");
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(join(staged, "bin"), { recursive: true });
  const program = join(staged, "bin/entourage.mjs");
  await build({
    input: join(ROOT, "mcp/cli.ts"),
    platform: "node",
    logLevel: "warn",
    output: { file: program, format: "esm", codeSplitting: false, banner: "#!/usr/bin/env node" },
  });
  chmodSync(program, 0o755);
  copyFileSync(join(ROOT, "mcp/instructions.md"), join(staged, "instructions.md"));
  copyFileSync(join(ROOT, "LICENSE"), join(staged, "LICENSE"));
  const { engines, license } = z
    .object({ engines: z.record(z.string(), z.string()), license: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
  const manifest = {
    ...{ name: "entourage", version: serverInfo.version, license, type: "module", engines },
    description: "The command line of Entourage: mission control for teams of AI agents and people.",
    bin: { entourage: "bin/entourage.mjs" },
  };
  writeFileSync(join(staged, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: staged });
  return join(folder, `entourage-${serverInfo.version}.tgz`);
}

if (import.meta.main) {
  const folder = join(ROOT, ".entourage/cli");
  mkdirSync(folder, { recursive: true });
  process.stdout.write(`${await packCli(folder)}\n`);
}
