import { spawn } from "node:child_process";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { installDirOf, type InstallableKind, installedAgent, packageDirOf } from "#server/agent-installs/finding.ts";

/** What npm needs to reach its registry; nothing of the server's own. */
const passed = /^(PATH|HOME|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(https?|no)_proxy|npm_config_.*)$/i;
const lockFile = z.object({ packages: z.record(z.string(), z.unknown()) });

export interface InstallOptions {
  dataDir: string;
  signal: AbortSignal;
  onProgress: (told: { detail: string; percent: number }) => void;
}

/**
 * Installs an agent's programs exactly as its lock file says, beside their place, and moves them there when they are
 * whole: a folder that is there is complete, wherever this is killed. Scripts of packages do not run.
 * @returns the folder. @throws Error with what npm said
 */
export async function installAgent(
  kind: InstallableKind,
  { dataDir, signal, onProgress }: InstallOptions,
): Promise<string> {
  const there = installedAgent(dataDir, kind);
  if (there) return there;
  const folder = installDirOf(dataDir, kind);
  const making = `${folder}.${process.pid}.new`;
  await rm(making, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await cp(packageDirOf(kind), making, { recursive: true });
  try {
    const { packages } = lockFile.parse(JSON.parse(await readFile(join(making, "package-lock.json"), "utf8")));
    await runNpm(making, { all: Object.keys(packages).length - 1, signal, onProgress });
    await rename(making, folder).catch((error: unknown) => {
      // Another worker was faster; what it made is the same.
      if (!installedAgent(dataDir, kind)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

function runNpm(
  cwd: string,
  { all, signal, onProgress }: { all: number } & Pick<InstallOptions, "signal" | "onProgress">,
): Promise<void> {
  const own = Object.entries(process.env).filter(([name]) => passed.test(name));
  const env = { NODE_ENV: "production" as const, ...Object.fromEntries(own) };
  const args = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http"];
  return new Promise((resolve, reject) => {
    const npm = spawn("npm", args, { cwd, env, signal, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    let fetched = 0;
    onProgress({ detail: `Fetching ${all} packages.`, percent: 1 });
    npm.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-8_000);
      fetched += text.split("http fetch GET 200").length - 1;
      // The last tenth is unpacking, of which npm tells nothing.
      const percent = Math.min(90, Math.round((fetched / Math.max(1, all)) * 90));
      onProgress({ detail: `Fetched ${Math.min(fetched, all)} of up to ${all} packages.`, percent });
    });
    npm.on("error", (error) => reject(new Error(`npm could not be run: ${error.message}`)));
    npm.on("close", (code) => {
      if (code === 0) return resolve();
      const lines = said.split("\n").filter((line) => /err/i.test(line));
      reject(new Error(`npm ended with ${code ?? "a signal"}: ${lines.slice(-6).join(" ").slice(0, 1_000)}`));
    });
  });
}
