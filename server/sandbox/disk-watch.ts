import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import { promisify } from "node:util";

const INTERVAL_MS = 1000;
/** Of the time, at most, that is spent on looking: a large folder is looked at less often, unless the disk fills up. */
const SHARE = 10;
/** Of a disk, at most, that is kept free for the server and everybody else. */
const RESERVE_BYTES = 1024 ** 3;
const RESERVE_PART = 0.05;

export const OVER_ITS_DISK = {
  limit: "It used more of the disk than it may, so what ran in it was ended.",
  full: "The disk was nearly full and it went on writing, so what ran in it was ended.",
} as const;

/**
 * Looks again and again at what some folders take together and calls back when it is over the limit, and then each time
 * it has grown by a sixteenth more: a program that only tidies up may run. Where the disk itself is nearly full, whoever
 * still grows is called back for, whatever its limit. Returns how to stop looking.
 */
export function watchDisk(
  folders: string[],
  limitBytes: number,
  onExceeded: (why: keyof typeof OVER_ITS_DISK) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let allowed = limitBytes;
  let dueAt = 0;
  let last = { free: Number.POSITIVE_INFINITY, used: Number.POSITIVE_INFINITY };
  const look = async () => {
    const { free, reserve } = await roomAt(folders[0] ?? "/");
    const startedAt = performance.now();
    // Cheap, and tells when somebody here writes much: then it is not waited for.
    const isDue = startedAt >= dueAt || last.free - free > limitBytes / 16 || free < reserve;
    if (isDue && !stopped) {
      const used = await diskUse(folders);
      const isFilling = free < reserve && used > last.used;
      last = { free, used };
      dueAt = performance.now() + (performance.now() - startedAt) * SHARE;
      if (stopped) return;
      if (used > allowed) {
        onExceeded("limit");
        allowed = used + limitBytes / 16;
      } else if (used < limitBytes) allowed = limitBytes;
      if (isFilling && used <= limitBytes) onExceeded("full");
    }
    if (!stopped) again();
  };
  const again = () => {
    timer = setTimeout(() => void look(), INTERVAL_MS);
    timer.unref();
  };
  // What is there at the start is nobody's fault.
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function roomAt(folder: string): Promise<{ free: number; reserve: number }> {
  const found = await statfs(folder).catch(() => null);
  if (found === null) return { free: Number.POSITIVE_INFINITY, reserve: 0 };
  const reserve = Math.min(RESERVE_BYTES, found.blocks * found.bsize * RESERVE_PART);
  return { free: found.bavail * found.bsize, reserve };
}

/** Bytes on disk below these folders; no link is followed. `du` goes on where a file vanishes under it. */
async function diskUse(folders: string[]): Promise<number> {
  const args = ["-s", "-k", "-x", "-c", "--", ...folders];
  const { stdout } = await promisify(execFile)("du", args).catch((error: { stdout?: string }) => ({
    stdout: error.stdout ?? "",
  }));
  return Number(stdout.trim().split("\n").at(-1)?.split(/\s/)[0] ?? 0) * 1024;
}
