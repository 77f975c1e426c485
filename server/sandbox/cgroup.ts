import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Where new groups can be made: one folder per controller (version 1), or one for both (version 2). */
export type CgroupHome = { version: 1; memory: string; pids: string } | { version: 2; both: string };

/** The group of one run: limits of memory and processes over all of its processes together. */
export interface Cgroup {
  /** Files to write `0` to in order to join. */
  joinFiles: string[];
  /** Did the kernel stop a process for want of memory? */
  outOfMemory(): Promise<boolean>;
  killAll(): Promise<void>;
  /** Kills what is left and removes the group. */
  remove(): Promise<void>;
}

let home: Promise<CgroupHome | null> | undefined;

/** The place for our groups, found once; null where this process may not make any (macOS, most containers). */
export function findCgroupHome(): Promise<CgroupHome | null> {
  home ??= probeHomes();
  return home;
}

/** Makes a group with limits. Swap counts as memory where the kernel can count it. */
export async function createCgroup(
  place: CgroupHome,
  limits: { memoryMb: number; processLimit: number },
): Promise<Cgroup> {
  const name = `entourage-${randomUUID()}`;
  const bytes = String(limits.memoryMb * 1024 * 1024);
  const folders = (place.version === 1 ? [place.memory, place.pids] : [place.both]).map((folder) => join(folder, name));
  const [memory = "", pids = memory] = folders;
  try {
    for (const folder of folders) await mkdir(folder);
    await writeFile(join(memory, place.version === 1 ? "memory.limit_in_bytes" : "memory.max"), bytes);
    const swap = place.version === 1 ? ["memory.memsw.limit_in_bytes", bytes] : ["memory.swap.max", "0"];
    await writeFile(join(memory, swap[0] ?? ""), swap[1] ?? "").catch(() => undefined);
    await writeFile(join(pids, "pids.max"), String(limits.processLimit));
  } catch (error) {
    await Promise.all(folders.map((folder) => rmdir(folder).catch(() => undefined)));
    throw error;
  }
  const killAll = () => killGroupMembers(folders);
  return {
    joinFiles: folders.map((folder) => join(folder, "cgroup.procs")),
    outOfMemory: () => hasRunOutOfMemory(memory, place.version),
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

/** Where this process's own groups are, by controller, from `/proc/self/mountinfo` and `/proc/self/cgroup`. */
export function locateCgroups(mountinfo: string, membership: string): Map<string, string> {
  const folders = new Map<string, string>();
  const own = membership.split("\n").map((line) => line.split(":"));
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "/", mountPoint = ""] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    const names = type === "cgroup2" ? [""] : options.split(",").filter((name) => name === "memory" || name === "pids");
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
  if (memory !== undefined && pids !== undefined) candidates.push({ version: 1, memory, pids });
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
  for (const folder of place.version === 1 ? [place.memory, place.pids] : [place.both]) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      if (!name.startsWith("entourage-")) continue;
      const found = await stat(path).catch(() => null);
      if (found !== null && found.mtimeMs < hourAgo) await rmdir(path).catch(() => undefined);
    }
  }
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

async function hasRunOutOfMemory(folder: string, version: 1 | 2): Promise<boolean> {
  const file = version === 1 ? "memory.oom_control" : "memory.events";
  const text = await readFile(join(folder, file), "utf8").catch(() => "");
  return /^oom_kill [1-9]/m.test(text);
}

function isStillThere(error: NodeJS.ErrnoException): boolean {
  return error.code !== "ENOENT";
}
