import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll } from "vitest";

export const main = join(import.meta.dirname, "../../../scripts/entourage.mjs");

export interface ShellOptions {
  /** Undefined: whatever the profile has. */
  key?: string | undefined;
  stdin?: string;
  env?: Record<string, string>;
}

/** A shell in which `entourage` talks to one server, with settings of its own. Call it at the top level of a test file. */
export function openShell(address: string) {
  const home = mkdtempSync(join(tmpdir(), "entourage-cli-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const environment = ({ key, env }: ShellOptions) => ({
    NODE_ENV: process.env.NODE_ENV,
    PATH: process.env.PATH ?? "",
    XDG_CONFIG_HOME: home,
    ENTOURAGE_SERVER: address,
    ...(key && { ENTOURAGE_TOKEN: key }),
    ...env,
  });

  /** Starts the command in a pipe, as scripts do. */
  const start = (args: string[], options: ShellOptions = {}) =>
    spawn(process.execPath, [main, ...args], { env: environment(options) });

  /** Runs it to its end. */
  async function entourage(args: string[], options: ShellOptions = {}) {
    const child = start(args, options);
    child.stdin.end(options.stdin ?? "");
    const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { stdout, stderr, code: await exit };
  }

  return { home, environment, start, entourage };
}
