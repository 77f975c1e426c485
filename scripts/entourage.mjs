#!/usr/bin/env node
// The command `entourage`. Plain JavaScript on purpose: it must start on any Node from 18 on, to say what it needs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, "mcp", "cli.ts");
const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // What was compiled is kept: every start after the first takes half as long. Where it cannot be written, nothing is kept.
  nodeModule.enableCompileCache(join(root, ".entourage", "compile-cache"));
  await import(main);
} else {
  const kept = join(root, ".entourage", "node", "bin", "node");
  if (!existsSync(kept)) {
    process.stderr.write("entourage needs Node 22.18 or newer. `npm start` in its folder brings one.\n");
    process.exit(1);
  }
  const flags = ["--disable-warning=ExperimentalWarning"];
  const { status } = spawnSync(kept, [...flags, main, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exit(status ?? 1);
}
