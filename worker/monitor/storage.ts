import { execFile } from "node:child_process";
import { basename } from "node:path";
import { promisify } from "node:util";
import { inWords } from "#server/resources/processes.ts";
import type { Seen } from "#server/resources/service.ts";

const patienceMilliseconds = 5 * 60_000;
const mostFolders = 50;

/**
 * How much room the data folder takes, and which of its folders the most. `du` counts in a process of its own and goes on
 * where a file vanishes under it; one that takes longer than five minutes is ended, and that is told.
 */
export async function lookAtDataFolder(dataDir: string, signal?: AbortSignal): Promise<Seen> {
  const name = "data_folder";
  type Ended = { stdout?: string; killed?: boolean };
  const ended: Ended = await promisify(execFile)("du", ["-k", "-x", "-d", "1", "--", dataDir], {
    timeout: patienceMilliseconds,
    signal,
  }).catch((error: Ended): Ended => error);
  const { stdout = "", killed } = ended;
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const sizes = lines.map(([kilobytes, path = ""]) => ({ path, bytes: Number(kilobytes) * 1024 }));
  const whole = sizes.at(-1);
  if (killed || !whole || !Number.isFinite(whole.bytes) || whole.path !== dataDir)
    return { name, status: "unknown", detail: "It could not be measured within five minutes." };
  const folders = sizes
    .slice(0, -1)
    .sort((one, other) => other.bytes - one.bytes)
    .slice(0, mostFolders);
  const named = Object.fromEntries(folders.map(({ path, bytes }) => [basename(path), bytes]));
  const largest = Object.entries(named)
    .slice(0, 4)
    .map(([folder, bytes]) => `${folder} ${inWords(bytes)}`);
  const of = largest.length > 0 ? `: ${largest.join(", ")}` : "";
  return { name, status: "up", detail: `${inWords(whole.bytes)}${of}.`, data: { bytes: whole.bytes, folders: named } };
}
