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

/** A process as it can be found again: an id is used anew after its end, with another beginning. */
export interface ProcessMark {
  pid: number;
  /** Clock ticks since the machine's start; null where there is no /proc. */
  startedAt: string | null;
}

export function markProcess(pid: number): ProcessMark {
  return { pid, startedAt: startOf(pid) };
}

/** Is it that very process, and not over? */
export function isAlive(mark: ProcessMark): boolean {
  if (mark.startedAt !== null) return startOf(mark.pid) === mark.startedAt;
  try {
    return process.kill(mark.pid, 0);
  } catch {
    return false;
  }
}

/** Kills a process, all that descends from it and its process group, and waits until it is gone. */
export async function killTree(pid: number): Promise<void> {
  const mark = markProcess(pid);
  for (const id of [...descendantsOf(pid), pid, -pid]) kill(id);
  for (let turn = 0; turn < 500 && isAlive(mark); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function descendantsOf(pid: number): number[] {
  const ids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const parents = new Map(ids.map((id) => [Number(id), Number(fieldsOf(Number(id))[1] ?? 0)]));
  const below = (of: number): number[] =>
    [...parents].flatMap(([id, parent]) => (parent === of ? [id, ...below(id)] : []));
  return below(pid);
}

/** A zombie is over. */
function startOf(pid: number): string | null {
  const fields = fieldsOf(pid);
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

/** proc_pid_stat(5): after the name in parentheses come state (3rd field), parent (4th), …, starttime (22nd). */
function fieldsOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/**
 * Ends sandboxes that still run on a folder: one whose starter was killed in the very moment of the start has not yet
 * bound its life to it, and would run for ever.
 */
export function endSandboxesOn(folder: string): void {
  for (const { pid, command } of findProcessesNaming(folder)) {
    if (command.startsWith("bwrap ")) kill(pid);
  }
}
