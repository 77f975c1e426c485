import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Processes whose command line names this path, as every sandbox names the folder it binds; none where there is no /proc. */
export function findProcessesNaming(path: string): { pid: number; command: string }[] {
  const all = existsSync("/proc") ? readdirSync("/proc") : [];
  return all
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return command.includes(path) ? [{ pid: Number(pid), command }] : [];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

/**
 * Ends sandboxes that still run on a folder: one whose starter was killed in the very moment of the start has not yet
 * bound its life to it, and would run for ever.
 */
export function endSandboxesOn(folder: string): void {
  for (const { pid, command } of findProcessesNaming(folder)) {
    if (!command.startsWith("bwrap ")) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}
