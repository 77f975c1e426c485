import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Where new groups can be made: one folder per controller (version 1), or one for both (version 2). */
export type CgroupHome =
  | { version: 1; memory: string; pids: string; cpu: string | null; cpuacct: string | null }
  | { version: 2; both: string };

/** The group of one run: limits of memory, processes and CPU over all of its processes together. */
export interface Cgroup {
  name: string;
  /** Files to write `0` to in order to join. */
  joinFiles: string[];
  /** Did the kernel stop a process for want of memory? */
  outOfMemory(): Promise<boolean>;
  /** How often it did so far. */
  outOfMemoryCount(): Promise<number>;
  /** What all of its processes use; null once the group is gone. */
  usage(): Promise<{ memoryBytes: number; processes: number; cpuSeconds: number } | null>;
  killAll(): Promise<void>;
  /** Kills what is left and removes the group. */
  remove(): Promise<void>;
}

const CONTROLLERS = ["memory", "pids", "cpu", "cpuacct"];

let home: Promise<CgroupHome | null> | undefined;

/** The place for our groups, found once; null where this process may not make any (macOS, most containers). */
export function findCgroupHome(): Promise<CgroupHome | null> {
  home ??= probeHomes();
  return home;
}

/** Makes a group with limits. Swap counts as memory where the kernel can count it. */
export async function createCgroup(
  place: CgroupHome,
  limits: { memoryMb: number; processLimit: number; cpus?: number },
): Promise<Cgroup> {
  const name = `entourage-${randomUUID()}`;
  const bytes = String(limits.memoryMb * 1024 * 1024);
  const folders = foldersOf(place, name);
  try {
    for (const folder of new Set(Object.values(folders))) if (folder !== null) await mkdir(folder);
    await writeFile(join(folders.memory, place.version === 1 ? "memory.limit_in_bytes" : "memory.max"), bytes);
    const swap = place.version === 1 ? ["memory.memsw.limit_in_bytes", bytes] : ["memory.swap.max", "0"];
    await writeFile(join(folders.memory, swap[0] ?? ""), swap[1] ?? "").catch(() => undefined);
    await writeFile(join(folders.pids, "pids.max"), String(limits.processLimit));
    if (limits.cpus !== undefined && folders.cpu !== null) await limitCpu(place, folders.cpu, limits.cpus);
  } catch (error) {
    await openCgroup(place, name).remove();
    throw error;
  }
  return openCgroup(place, name);
}

/** A group by its name, perhaps made by a process that has ended since. */
export function openCgroup(place: CgroupHome, name: string): Cgroup {
  const parts = foldersOf(place, name);
  const folders = [...new Set(Object.values(parts))].filter((folder) => folder !== null);
  const killAll = () => killGroupMembers(folders);
  return {
    name,
    joinFiles: folders.map((folder) => join(folder, "cgroup.procs")),
    outOfMemory: async () => (await countOutOfMemory(parts.memory, place.version)) > 0,
    outOfMemoryCount: () => countOutOfMemory(parts.memory, place.version),
    usage: () => readUsage(place, parts),
    killAll,
    remove: async () => {
      // A group can be removed a moment after its last process has died, not at once.
      for (let attempt = 0; attempt < 50; attempt++) {
        await killAll();
        const left = await Promise.all(folders.map((folder) => rmdir(folder).then(() => false, isStillThere)));
        if (!left.includes(true)) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

type Folders = { memory: string; pids: string; cpu: string | null; cpuacct: string | null };

function foldersOf(place: CgroupHome, name: string): Folders {
  if (place.version === 2) {
    const both = join(place.both, name);
    return { memory: both, pids: both, cpu: both, cpuacct: both };
  }
  const inside = (folder: string | null) => (folder === null ? null : join(folder, name));
  return {
    memory: join(place.memory, name),
    pids: join(place.pids, name),
    cpu: inside(place.cpu),
    cpuacct: inside(place.cpuacct),
  };
}

/** Shares of a tenth of a second. Where the controller was not handed to us (version 2) it is not limited. */
async function limitCpu(place: CgroupHome, folder: string, cpus: number): Promise<void> {
  const [period, quota] = [100_000, Math.max(1000, Math.round(cpus * 100_000))];
  if (place.version === 2) {
    await writeFile(join(folder, "cpu.max"), `${quota} ${period}`).catch(() => undefined);
    return;
  }
  await writeFile(join(folder, "cpu.cfs_period_us"), String(period));
  await writeFile(join(folder, "cpu.cfs_quota_us"), String(quota));
}

async function readUsage(
  place: CgroupHome,
  folders: Folders,
): Promise<{ memoryBytes: number; processes: number; cpuSeconds: number } | null> {
  const read = (folder: string | null, name: string) =>
    folder === null ? "" : readFile(join(folder, name), "utf8").catch(() => "");
  const [used, stat, procs, cpu] = await Promise.all([
    read(folders.memory, place.version === 1 ? "memory.usage_in_bytes" : "memory.current"),
    read(folders.memory, "memory.stat"),
    read(folders.pids, "cgroup.procs"),
    read(folders.cpuacct, place.version === 1 ? "cpuacct.usage" : "cpu.stat"),
  ]);
  if (used === "") return null;
  // Files that were read once are given back when memory is short; they are not what programs need.
  const idle = Number(/^(?:total_)?inactive_file (\d+)/m.exec(stat)?.[1] ?? 0);
  const cpuSeconds = place.version === 1 ? Number(cpu) / 1e9 : Number(/^usage_usec (\d+)/m.exec(cpu)?.[1] ?? 0) / 1e6;
  const processes = procs.split("\n").filter(Boolean).length;
  return { memoryBytes: Math.max(0, Number(used) - idle), processes, cpuSeconds };
}

/** Where this process's own groups are, by controller, from `/proc/self/mountinfo` and `/proc/self/cgroup`. */
export function locateCgroups(mountinfo: string, membership: string): Map<string, string> {
  const folders = new Map<string, string>();
  const own = membership.split("\n").map((line) => line.split(":"));
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "/", mountPoint = ""] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    const names = type === "cgroup2" ? [""] : options.split(",").filter((name) => CONTROLLERS.includes(name));
    for (const controller of names) {
      const path = own.find(([, controllers = ""]) => controllers.split(",").includes(controller))?.[2];
      if (path === undefined) continue;
      const inside = path.startsWith(root) ? path.slice(root === "/" ? 0 : root.length) : path;
      folders.set(controller === "" ? "v2" : controller, join(mountPoint, inside));
    }
  }
  return folders;
}

async function probeHomes(): Promise<CgroupHome | null> {
  if (process.platform !== "linux") return null;
  const [mountinfo, membership] = await Promise.all(
    ["/proc/self/mountinfo", "/proc/self/cgroup"].map((file) => readFile(file, "utf8").catch(() => "")),
  );
  const own = locateCgroups(mountinfo ?? "", membership ?? "");
  const [memory, pids, both] = [own.get("memory"), own.get("pids"), own.get("v2")];
  const candidates: CgroupHome[] = [];
  if (memory !== undefined && pids !== undefined) {
    const [cpu = null, cpuacct = null] = [own.get("cpu"), own.get("cpuacct")];
    candidates.push({ version: 1, memory, pids, cpu, cpuacct });
  }
  // A group with processes cannot hand its controllers on (version 2); its parent may be ours, as under systemd.
  if (both !== undefined) candidates.push({ version: 2, both }, { version: 2, both: dirname(both) });
  for (const candidate of candidates) {
    if (!(await works(candidate))) continue;
    await removeAbandoned(candidate);
    return candidate;
  }
  return null;
}

/** Groups of a process that was killed before it could clean up. One with processes in it cannot be removed. */
async function removeAbandoned(place: CgroupHome): Promise<void> {
  const hourAgo = Date.now() - 3_600_000;
  for (const folder of placesOf(place)) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      if (!name.startsWith("entourage-")) continue;
      const found = await stat(path).catch(() => null);
      if (found !== null && found.mtimeMs < hourAgo) await rmdir(path).catch(() => undefined);
    }
  }
}

function placesOf(place: CgroupHome): string[] {
  if (place.version === 2) return [place.both];
  return [place.memory, place.pids, place.cpu, place.cpuacct].filter((folder) => folder !== null);
}

/** The only honest probe: make a group and let a process join it. */
async function works(candidate: CgroupHome): Promise<boolean> {
  try {
    const group = await createCgroup(candidate, { memoryMb: 64, processLimit: 16 });
    const join = 'for f in "$@"; do echo 0 > "$f" || exit 1; done';
    const joined = await promisify(execFile)("/bin/sh", ["-c", join, "sh", ...group.joinFiles]).then(
      () => true,
      () => false,
    );
    await group.remove();
    return joined;
  } catch {
    return false;
  }
}

async function killGroupMembers(folders: string[]): Promise<void> {
  for (const folder of folders) {
    const procs = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
    for (const id of procs.split("\n").map(Number)) {
      if (id > 0) killProcess(id);
    }
  }
}

function killProcess(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

async function countOutOfMemory(folder: string, version: 1 | 2): Promise<number> {
  const file = version === 1 ? "memory.oom_control" : "memory.events";
  const text = await readFile(join(folder, file), "utf8").catch(() => "");
  return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0);
}

function isStillThere(error: NodeJS.ErrnoException): boolean {
  return error.code !== "ENOENT";
}
