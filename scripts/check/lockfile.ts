import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Outcome, ROOT } from "./command.ts";

const Lockfile = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
});

/**
 * npm drops a platform package from the lock without a word when it could not be found at install time; `npm ci` then
 * fails on every machine of that platform. So every optional dependency an entry names must have an entry itself.
 */
export function missingFromLock(lockfile: unknown): string[] {
  const { packages } = Lockfile.parse(lockfile);
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !placesToFind(name, path).some((place) => place in packages))
      .map((name) => `${name}, named by ${path || "package.json"}`),
  );
}

export async function checkLockfile(): Promise<Outcome> {
  const missing = missingFromLock(JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")));
  if (missing.length === 0) return { state: "passed" };
  return { state: "failed", details: `package-lock.json lacks:\n${missing.map((line) => `  ${line}`).join("\n")}\n` };
}

/** Node's own search: beside the package first, then in each folder above it. */
function placesToFind(name: string, path: string): string[] {
  const owners = path
    .split("/node_modules/")
    .map((_, depth, parts) => parts.slice(0, depth + 1).join("/node_modules/"));
  return ["", ...owners.filter(Boolean).map((owner) => `${owner}/`)].map((prefix) => `${prefix}node_modules/${name}`);
}
