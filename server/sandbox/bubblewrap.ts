import { execFile } from "node:child_process";
import { lstat, mkdtemp, readdir, readlink, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findCgroupHome } from "./cgroup.ts";
import { launch } from "./launch.ts";
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
        const args = [program, ...(await recipe(request, scratch)), "--", ...(await limited(request))];
        const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
        return await launch(request, { args, env, workingDirectory: "/" });
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

/** What the command sees: the system's programs, read-only; a new /tmp, /proc and /dev; and its one directory. */
async function recipe(request: SandboxRequest, scratch: string): Promise<string[]> {
  const nodeDirectory = await nodeOutsideUsr();
  const path = ["/usr/local/bin", "/usr/bin", "/bin"];
  if (nodeDirectory !== null) path.unshift("/opt/node/bin");
  const env = { HOME: "/home/agent", LANG: "C.UTF-8", TMPDIR: "/tmp", PATH: path.join(":"), ...request.env };
  return [
    ...["--unshare-all", "--die-with-parent", "--new-session", "--hostname", "sandbox"],
    ...["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--clearenv"],
    ...["--ro-bind", "/usr", "/usr", ...(await systemFolders())],
    ...["--proc", "/proc", ...kernelSettings()],
    ...["--dev", "/dev", "--size", String(SCRATCH_BYTES), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
    ...["--size", String(SCRATCH_BYTES), "--tmpfs", "/tmp", "--size", String(SCRATCH_BYTES), "--tmpfs", "/home/agent"],
    ...(await systemSettings(scratch)),
    ...(nodeDirectory === null ? [] : ["--ro-bind", nodeDirectory, "/opt/node"]),
    ...(request.readOnly ?? []).flatMap((folder) => ["--ro-bind", folder, folder]),
    ...(request.writable ?? []).flatMap(({ directory, target }) => ["--bind", directory, target]),
    ...["--bind", await realpath(request.directory), "/work", "--chdir", "/work"],
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    // Last, so that every mount above could still be made on it.
    ...["--remount-ro", "/"],
  ];
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

async function systemFolders(): Promise<string[]> {
  const args: string[] = [];
  for (const folder of ["/bin", "/sbin", "/lib", "/lib32", "/lib64"]) {
    const found = await lstat(folder).catch(() => null);
    if (found?.isSymbolicLink()) args.push("--symlink", await readlink(folder), folder);
    else if (found?.isDirectory()) args.push("--ro-bind", folder, folder);
  }
  return args;
}

/**
 * The kernel's switches, read-only. bubblewrap covers them only where their folder is writable, yet under a server
 * that runs as root the files inside are: a gate could have set the machine's `core_pattern` (seen).
 */
function kernelSettings(): string[] {
  const paths = ["sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi", "tty", "driver", "mtrr", "pressure"];
  return paths.flatMap((name) => ["--ro-bind-try", `/proc/${name}`, `/proc/${name}`]);
}

/** The few files of /etc that programs need; users and host names are invented, not the machine's. */
async function systemSettings(scratch: string): Promise<string[]> {
  const files = {
    passwd: "root:x:0:0:root:/root:/bin/sh\nagent:x:1000:1000:agent:/home/agent:/bin/sh\n",
    group: "root:x:0:\nagent:x:1000:\n",
    hosts: "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  };
  const args: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(scratch, name), content);
    args.push("--ro-bind", join(scratch, name), `/etc/${name}`);
  }
  const shared = [
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "localtime",
    "ssl/certs",
    "ssl/openssl.cnf",
  ];
  return [...args, ...shared.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`])];
}

/** The folder of the running Node (its `bin` and `lib`, so npm comes along) when it is not part of /usr. */
async function nodeOutsideUsr(): Promise<string | null> {
  const directory = dirname(dirname(await realpath(process.execPath)));
  return directory === "/usr" || directory.startsWith("/usr/") ? null : directory;
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
