import { execFile } from "node:child_process";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findCgroupHome } from "./cgroup.ts";
import { launch } from "./launch.ts";
import { bubblewrapArguments, systemFolders } from "./recipe.ts";
import { openFilter } from "./seccomp.ts";
import type { Availability, SandboxProvider, SandboxRequest } from "./sandbox.ts";

const HOW_TO =
  "Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap). " +
  "In a container, user namespaces must be allowed.";

/** Each of the folders in memory; what lies there counts as memory of the run too. */
const SCRATCH_BYTES = 256 * 1024 * 1024;

/** Namespaces of Linux by `bwrap`: own files, processes, users and no network. Starts in a few milliseconds. */
export function createBubblewrap(options: { program?: string } = {}): SandboxProvider {
  const program = options.program ?? "bwrap";
  let availability: Promise<Availability> | undefined;
  const runFiltered = async (request: SandboxRequest, scratch: string) => {
    const filter = await openFilter(scratch);
    try {
      const rooms = await recipe(request, scratch, filter === null ? null : 3);
      const args = [program, ...rooms, "--", ...(await limited(request))];
      const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
      return await launch(request, { args, env, workingDirectory: "/", descriptor: filter?.descriptor });
    } finally {
      await filter?.close();
    }
  };
  return {
    name: "bubblewrap",
    isolated: true,
    available: () => {
      availability ??= removeAbandonedScratch().then(() => probe(program));
      return availability;
    },
    run: async (request) => {
      const scratch = await mkdtemp(join(tmpdir(), "entourage-sandbox-"));
      try {
        return await runFiltered(request, scratch);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

/** Scratch of a process that was killed. A sandbox has bound the files in its first moment, so a long run misses nothing. */
async function removeAbandonedScratch(): Promise<void> {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    if (!/^entourage-sandbox-\w{6}$/.test(name)) continue;
    const path = join(tmpdir(), name);
    const found = await lstat(path).catch(() => null);
    if (found?.isDirectory() && found.uid === process.getuid?.() && found.mtimeMs < hourAgo)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function recipe(request: SandboxRequest, scratch: string, filterDescriptor: number | null): Promise<string[]> {
  const { directory: workspace, env = {}, readOnly = [], writable = [] } = request;
  const readable = readOnly.map((folder): [string, string] => [folder, folder]);
  const shared = writable.map(({ directory, target }): [string, string] => [directory, target]);
  const rooms = {
    workspace,
    home: null,
    readable,
    writable: shared,
    env,
    scratchBytes: SCRATCH_BYTES,
    scratch,
    filterDescriptor,
  };
  return bubblewrapArguments(rooms);
}

/**
 * Without cgroups the processes are counted by an rlimit; it is set inside, where it counts for this sandbox alone.
 * (Memory then is watched by `launch`.)
 */
async function limited(request: SandboxRequest): Promise<string[]> {
  const command = typeof request.command === "string" ? ["/bin/sh", "-c", request.command] : request.command;
  if ((await findCgroupHome()) !== null) return command;
  return ["prlimit", `--nproc=${request.processLimit}`, "--core=0", "--", ...command];
}

async function probe(program: string): Promise<Availability> {
  if (process.platform !== "linux") return { ok: false, reason: "bubblewrap exists on Linux only.", howTo: HOW_TO };
  const args = [
    "--unshare-all",
    "--ro-bind",
    "/usr",
    "/usr",
    ...(await systemFolders()),
    "--proc",
    "/proc",
    "--dev",
    "/dev",
  ];
  try {
    await promisify(execFile)(program, [...args, "--uid", "1000", "--", "/usr/bin/true"], { timeout: 10_000 });
    return { ok: true, limits: (await findCgroupHome()) === null ? "watched" : "cgroup" };
  } catch (error) {
    const text = error instanceof Error ? (error.message.trim().split("\n").at(-1) ?? "") : String(error);
    const missing = text.includes("ENOENT");
    return {
      ok: false,
      reason: missing ? "bubblewrap is not installed." : `bubblewrap cannot start: ${text}`,
      howTo: HOW_TO,
    };
  }
}
