import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CliFailure, exits } from "./failure.ts";

const profile = z.object({
  server: z.url({ protocol: /^https?$/ }),
  /** An API key or an access token. */
  token: z.string().optional(),
  organization: z.string().optional(),
  team: z.string().optional(),
  /** A sign-in by profile that was begun: `verify` goes on with it. */
  pending: z.object({ ticket: z.string(), expiresAt: z.string() }).optional(),
});
export type Profile = z.output<typeof profile>;
const settings = z.object({ current: z.string(), profiles: z.record(z.string(), profile) });
export type Settings = z.output<typeof settings>;

export const DEFAULT_SERVER = "http://localhost:3000";

/** Where the settings are: below the XDG configuration folder (XDG Base Directory Specification 0.8). */
export function settingsPath(env = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "entourage", "config.json");
}

/** The settings, or empty ones where there are none. @throws CliFailure when the file is not what it should be. */
export function readSettings(path = settingsPath()): Settings {
  const text = readIfThere(path);
  if (text === undefined) return { current: "default", profiles: {} };
  try {
    return settings.parse(JSON.parse(text));
  } catch {
    throw new CliFailure(exits.usage, `${path} cannot be read as settings. Mend it, or remove it and log in again.`);
  }
}

/** Writes beside and renames, so that a crash leaves the old or the new; readable by their owner only. */
export function writeSettings(changed: Settings, path = settingsPath()): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const scratch = `${path}.${process.pid}`;
  try {
    writeFileSync(scratch, `${JSON.stringify(changed, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(scratch, path);
  } finally {
    rmSync(scratch, { force: true });
  }
}

/** Whether others on this machine could read the secrets in it. */
export function isExposed(path = settingsPath()): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.mode & 0o077) !== 0;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CliFailure(exits.failed, `${path} cannot be read: ${error instanceof Error ? error.message : "unknown"}`);
  }
}
