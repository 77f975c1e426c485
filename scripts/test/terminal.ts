import { join } from "node:path";
import { spawn } from "@lydell/node-pty";

const main = join(import.meta.dirname, "../entourage.mjs");

/** A command on a terminal of 120 columns, as people run it. */
export function openTerminal(args: string[], env: Record<string, string | undefined>) {
  const terminal = spawn(process.execPath, [main, ...args], {
    ...{ name: "xterm-256color", cols: 120, rows: 40, cwd: process.cwd() },
    env: { ...env, TERM: "xterm-256color" },
  });
  let shown = "";
  const looks = new Set<() => void>();
  terminal.onData((text) => {
    shown += text;
    for (const look of looks) look();
  });
  const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  return {
    type: (text: string) => terminal.write(text),
    kill: () => terminal.kill(),
    ended,
    shown: () => shown,
    /** Waits until it shows something. @returns the match. */
    async until(pattern: RegExp): Promise<RegExpExecArray> {
      const found = await Promise.race([
        ended.then(() => pattern.exec(shown)),
        new Promise<RegExpExecArray>((resolve) => {
          const look = () => {
            const match = pattern.exec(shown);
            if (match) resolve(match);
          };
          looks.add(look);
          look();
        }),
      ]);
      if (!found) throw new Error(`it ended without showing ${pattern}:\n${shown}`);
      return found;
    },
  };
}
