import { execFile } from "node:child_process";
import { promisify } from "node:util";

const INTERVAL_MS = 1000;
/** Of the time, at most, that is spent on looking: a large folder is looked at less often. */
const SHARE = 10;

/**
 * Looks again and again at what some folders take together and calls back when it is over the limit, and then each time
 * it has grown by a sixteenth more: a program that only tidies up may run. Returns how to stop looking.
 */
export function watchDisk(folders: string[], limitBytes: number, onExceeded: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let allowed = limitBytes;
  const look = async () => {
    const startedAt = performance.now();
    const used = await diskUse(folders);
    if (stopped) return;
    if (used > allowed) {
      onExceeded();
      allowed = used + limitBytes / 16;
    } else if (used < limitBytes) allowed = limitBytes;
    timer = setTimeout(() => void look(), Math.max(INTERVAL_MS, (performance.now() - startedAt) * SHARE));
    timer.unref();
  };
  timer = setTimeout(() => void look(), INTERVAL_MS);
  timer.unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Bytes on disk below these folders; no link is followed. `du` goes on where a file vanishes under it. */
async function diskUse(folders: string[]): Promise<number> {
  const args = ["-s", "-k", "-x", "-c", "--", ...folders];
  const { stdout } = await promisify(execFile)("du", args).catch((error: { stdout?: string }) => ({
    stdout: error.stdout ?? "",
  }));
  return Number(stdout.trim().split("\n").at(-1)?.split(/\s/)[0] ?? 0) * 1024;
}
