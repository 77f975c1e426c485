import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findChromium } from "../chromium.ts";

interface Prerequisite {
  debianPackage: string;
  isThere: () => boolean;
  /** What is not tested without it. */
  lost: string;
}

const PREREQUISITES: Prerequisite[] = [
  { debianPackage: "chromium", isThere: () => findChromium() !== undefined, lost: "every walk in a real browser" },
  { debianPackage: "bubblewrap", isThere: () => isCommand("bwrap"), lost: "sandboxes and gates (Linux only)" },
  { debianPackage: "redis-server", isThere: () => isCommand("redis-server"), lost: "realtime shared over Redis" },
  { debianPackage: "git", isThere: () => isCommand("git"), lost: "repositories, workspaces and merging" },
];

/** Installs what the tests need where that is ours to do, and says loudly what will not be tested where it is not. */
export function installPrerequisites(): void {
  const packages = PREREQUISITES.filter(({ isThere }) => !isThere()).map(({ debianPackage }) => debianPackage);
  if (packages.length > 0 && isDebianAsRoot()) {
    apt("update");
    apt("install", "-y", "--no-install-recommends", ...packages);
  }
  for (const { debianPackage, lost } of PREREQUISITES.filter(({ isThere }) => !isThere()))
    console.warn(`\n!!! ${debianPackage} is not installed: NOT TESTED: ${lost}. Install it and run this again.\n`);
}

function isDebianAsRoot(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function apt(...args: string[]): void {
  console.log(`apt-get ${args.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // A mirror that cannot be reached is no error yet: what is missing in the end is named.
  spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
}

function isCommand(name: string): boolean {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0;
}
