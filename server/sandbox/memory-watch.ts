import { readdir, readFile } from "node:fs/promises";

const PAGE_BYTES = 4096;
const INTERVAL_MS = 200;

/**
 * The limit of memory where no cgroup can be made: looks five times a second at all that a run has started and calls
 * back once they are over it together. Returns how to stop looking. An rlimit will not do: V8 reserves about 600 MB a thread before it uses any.
 */
export function watchMemory(processId: number, limitBytes: number, onExceeded: () => void): () => void {
  let stopped = process.platform !== "linux";
  const look = async () => {
    const bytes = await memoryOf(processId).catch(() => 0);
    if (stopped) return;
    if (bytes > limitBytes) onExceeded();
    else setTimeout(() => void look(), INTERVAL_MS).unref();
  };
  if (!stopped) void look();
  return () => {
    stopped = true;
  };
}

/** Bytes of its own that a process and its descendants hold; pages of programs and libraries are not counted. */
async function memoryOf(processId: number): Promise<number> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(ids.map(async (id) => [id, await parentOf(id)] as const)));
  const mine = ids.filter((id) => descendsFrom(id, processId, parents));
  const bytes = await Promise.all(mine.map(ownBytes));
  return bytes.reduce((sum, each) => sum + each, 0);
}

async function parentOf(id: number): Promise<number> {
  const text = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
  // After the name, which may contain anything, even parentheses: state, parent, …
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

function descendsFrom(id: number, ancestor: number, parents: Map<number, number>): boolean {
  for (let at: number | undefined = id; at !== undefined && at > 0; at = parents.get(at)) {
    if (at === ancestor) return true;
  }
  return false;
}

async function ownBytes(id: number): Promise<number> {
  const [, resident = 0, shared = 0] = (await readFile(`/proc/${id}/statm`, "utf8").catch(() => ""))
    .split(" ")
    .map(Number);
  return (resident - shared) * PAGE_BYTES;
}
