import { lstat, readlink, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What programs in a bubblewrap sandbox see besides the system's own: made anew for each. */
export interface Rooms {
  /** Folder on the host that is `/work`. */
  workspace: string;
  /** It cannot be written to. */
  isReadOnly?: boolean;
  /** Folder on the host that is `/home/agent`; null: one in memory. */
  home: string | null;
  /** `[host, inside]`, readable. */
  readable: [string, string][];
  /** `[host, inside]`, also writable. */
  writable?: [string, string][];
  env: Record<string, string>;
  /** Of /tmp and /dev/shm each, and of a home in memory; what lies there counts as memory too. */
  scratchBytes: number;
  /** Descriptor that holds the filter of system calls, where there is one for this machine. */
  filterDescriptor: number | null;
  /** A folder of ours for the invented files of /etc; it must stay as long as the sandbox. */
  scratch: string;
}

/**
 * Arguments of `bwrap`: the system's programs, read-only; a new /tmp, /proc and /dev; and its own folders. No network,
 * no capabilities, no other processes.
 */
export async function bubblewrapArguments(rooms: Rooms): Promise<string[]> {
  const size = ["--size", String(rooms.scratchBytes)];
  const env = { ...(await standardEnvironment()), ...rooms.env };
  const node = await nodeOutsideUsr();
  return [
    ...["--unshare-all", "--die-with-parent", "--new-session", "--hostname", "sandbox"],
    ...["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--clearenv"],
    ...["--ro-bind", "/usr", "/usr", ...(await systemFolders())],
    ...["--proc", "/proc", ...kernelSettings()],
    ...["--dev", "/dev", ...size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev", ...size, "--tmpfs", "/tmp"],
    ...(rooms.home === null
      ? [...size, "--tmpfs", "/home/agent"]
      : ["--bind", await realpath(rooms.home), "/home/agent"]),
    ...(await systemSettings(rooms.scratch)),
    ...(node === null ? [] : ["--ro-bind", node, "/opt/node"]),
    ...rooms.readable.flatMap(([host, inside]) => ["--ro-bind", host, inside]),
    ...(rooms.writable ?? []).flatMap(([host, inside]) => ["--bind", host, inside]),
    ...[rooms.isReadOnly ? "--ro-bind" : "--bind", await realpath(rooms.workspace), "/work", "--chdir", "/work"],
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    ...(rooms.filterDescriptor === null ? [] : ["--seccomp", String(rooms.filterDescriptor)]),
    // Last, so that every mount above could still be made on it.
    ...["--remount-ro", "/"],
  ];
}

/** What every program inside has in its environment. */
export async function standardEnvironment(): Promise<Record<string, string>> {
  const path = ["/usr/local/bin", "/usr/bin", "/bin"];
  if ((await nodeOutsideUsr()) !== null) path.unshift("/opt/node/bin");
  return { HOME: "/home/agent", LANG: "C.UTF-8", TMPDIR: "/tmp", PATH: path.join(":") };
}

/** Where the running Node is inside. */
export async function nodeInside(): Promise<string> {
  return (await nodeOutsideUsr()) === null ? realpath(process.execPath) : "/opt/node/bin/node";
}

/** The folders of programs besides /usr, as this machine has them: links into it, or folders. */
export async function systemFolders(): Promise<string[]> {
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
