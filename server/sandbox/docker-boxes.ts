import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chown, realpath } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import Docker from "dockerode";
import { AppError } from "#server/errors.ts";
import { type BoxFound, type BoxProvider, type BoxSpec, notRunning } from "./box.ts";
import { INSIDE, initCommand } from "./bubblewrap-boxes.ts";
import { OVER_ITS_DISK, watchDisk } from "./disk-watch.ts";
import { connectByExec, type DockerBox, runExec, spawnByExec } from "./docker-exec.ts";
import { checkFolders } from "./local-boxes.ts";
import { isAlive, markProcess } from "./processes.ts";
import { openRecords } from "./records.ts";

const HOW_TO = "Start Docker (or podman's service) and set ENTOURAGE_DOCKER_HOST to its socket; build the image once.";
const OURS = "/opt/entourage";
const SERVICES = "/run/entourage";
const LABEL = "entourage";
/** Processes of the container's own: the first shell, and the bridges with their threads. */
const OWN_PROCESSES = 24;
const GRACE_MS = 2000;
/** A tenth of a second apart. */
const REMOVAL_TRIES = 300;

export interface DockerSettings {
  /** `unix:///var/run/docker.sock`, or `http://HOST:PORT`. The engine sees the same folders as the server. */
  host: string;
  /** For boxes that name none: with a shell and git; its C library is glibc, for the Node that is mounted into it. */
  image: string;
}

/** Boxes as containers of any engine that speaks Docker's API. `root` is a folder of ours that remembers them. */
export function createDockerBoxes(root: string, settings: DockerSettings): BoxProvider {
  const docker = new Docker(addressOf(settings.host));
  const records = openRecords(join(root, "docker"));
  const boxes = new Map<string, DockerBox>();
  const installation = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const nameOf = (id: string) => `entourage-${installation}-${id}`;
  const containerOf = (id: string) => docker.getContainer(nameOf(id));
  const owner = `${hostname()}/${process.pid}/${markProcess(process.pid).startedAt ?? ""}`;

  /** By its own number: under the name another process may bring up the next one. */
  const boxOf = (container: Docker.Container, isOwn: boolean): DockerBox => ({
    ...{ docker, container, isOwn, outOfMemorySeen: 0, endedFor: undefined },
  });

  const stateOf = async (id: string) => {
    const found = await absentAsNull(containerOf(id).inspect());
    return found?.State ?? null;
  };

  const mustRun = async (id: string): Promise<{ spec: BoxSpec; box: DockerBox }> => {
    const spec = await records.spec(id);
    const found = await absentAsNull(containerOf(id).inspect());
    if (!found?.State.Running) throw notRunning();
    const known = boxes.get(id);
    const box = known?.container.id === found.Id ? known : boxOf(docker.getContainer(found.Id), false);
    boxes.set(id, box);
    return { spec, box };
  };

  /** It may end between our look at it and what is asked of it, which engines say in many ways. */
  const whileItRuns = async <T>(id: string, asked: Promise<T>): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      throw (await stateOf(id))?.Running ? error : notRunning();
    }
  };

  const remember = (id: string, failure: string | null) => {
    const mark = markProcess(process.pid);
    return records.save(id, {
      main: mark,
      owner: mark,
      host: hostname(),
      cgroup: null,
      folder: "",
      stopAsked: failure === null,
      failure,
      notice: null,
    });
  };

  /** The engine limits memory and processes, not folders of the host: over its disk, a container is ended. */
  const watch = (id: string, box: DockerBox, { workspace, home, limits }: BoxSpec) => {
    const onExceeded = async (why: keyof typeof OVER_ITS_DISK) => {
      box.endedFor = "disk";
      await remember(id, OVER_ITS_DISK[why]);
      await absentAsNull(box.container.kill());
    };
    box.endWatch = watchDisk([workspace, home], limits.diskMb * 1024 * 1024, (why) => {
      box.endWatch?.();
      void onExceeded(why).catch(() => undefined);
    });
  };

  const start = async (id: string): Promise<void> => {
    const spec = await records.spec(id);
    if ((await stateOf(id))?.Running) return;
    await checkFolders(spec);
    await removeWhole(containerOf(id));
    boxes.get(id)?.endWatch?.();
    boxes.delete(id);
    await remember(id, null);
    let made: DockerBox | undefined;
    try {
      const user = await giveFolders(spec);
      const labels = { [LABEL]: installation, [`${LABEL}.box`]: id, [`${LABEL}.owner`]: owner };
      const image = spec.image ?? settings.image;
      // An engine refuses more than it has.
      const machine: unknown = await docker.info();
      const cpus = Math.min(spec.limits.cpus, Number(Reflect.get(Object(machine), "NCPU")) || spec.limits.cpus);
      const limits = { ...spec.limits, cpus };
      const options = await containerOptions({ ...spec, limits, image, labels: { ...spec.labels, ...labels } }, user);
      const container = await docker.createContainer({ ...options, name: nameOf(id) });
      made = boxOf(container, true);
      boxes.set(id, made);
      await container.start();
      await waitForBridges(made, spec);
      watch(id, made, spec);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (made) await removeWhole(made.container).catch(() => undefined);
      await remember(id, words);
      throw new AppError("unavailable", `The sandbox could not be started: ${words}`);
    }
  };

  const stop = async (id: string, { own = false } = {}): Promise<void> => {
    const known = boxes.get(id);
    if (own && !known?.isOwn) return;
    if (known) await end(known);
    if (boxes.get(id) === known) boxes.delete(id);
    // One that another process brought up goes by its name.
    const there = await absentAsNull(containerOf(id).inspect());
    if (there && own) return;
    if (there) await end(boxOf(containerOf(id), false));
    if (there || known) await remember(id, null);
  };

  const end = async (box: DockerBox): Promise<void> => {
    box.endedFor ??= "stopped";
    box.endWatch?.();
    const found = await absentAsNull(box.container.inspect());
    if (found?.State.Running) await endPrograms(box);
    if (found) await removeWhole(box.container);
  };

  const find = async (id: string): Promise<BoxFound[]> => {
    const spec = await records.spec(id).catch(() => null);
    if (spec === null) return [];
    const [container, record] = [await stateOf(id), await records.state(id)];
    const found = { id, labels: spec.labels, limits: spec.limits };
    const notice = record?.failure ? { reason: record.failure } : {};
    if (container?.Running) return [{ ...found, status: "running", ...notice }];
    if (container !== null || record?.failure) {
      const hungry = container?.OOMKilled ? "It used more memory than it may." : null;
      const reason = record?.failure ?? hungry ?? `Its first process has ended (exit code ${container?.ExitCode}).`;
      return [{ ...found, status: "failed", reason }];
    }
    return [{ ...found, status: record === null ? "created" : "stopped" }];
  };

  const list = async () => (await Promise.all((await records.ids()).map(find))).flat();

  return {
    name: "docker",
    isolated: true,
    available: async () => {
      try {
        await docker.ping();
        await docker.getImage(settings.image).inspect();
        return { ok: true, limits: "cgroup" };
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        return { ok: false, reason: `Docker cannot be used: ${words}`, howTo: HOW_TO };
      }
    },
    foldersInside: () => ({ workspace: "/work", home: "/home/agent" }),
    create: async (spec) => void (await records.create(spec)),
    start,
    stop,
    remove: async (id) => {
      await stop(id);
      await records.forget(id);
    },
    list,
    reconcile: async () => {
      const filters = { label: [`${LABEL}=${installation}`] };
      for (const { Id, Labels } of await docker.listContainers({ all: true, filters })) {
        if (isOwned(Labels[`${LABEL}.owner`] ?? "")) continue;
        await absentAsNull(docker.getContainer(Id).remove({ force: true, v: true }));
        const id = Labels[`${LABEL}.box`] ?? "";
        // Another worker may have brought the next one up meanwhile.
        if (id && (await stateOf(id)) === null) await remember(id, "The worker that ran it has ended.");
      }
      return list();
    },
    spawn: async (id, command) => {
      const { spec, box } = await mustRun(id);
      const env = { ...STANDARD, ...spec.env, ...command.env };
      const cwd = command.cwd ?? "/work";
      return whileItRuns(id, spawnByExec(box, { ...command, env, cwd }, spec.limits.diskMb));
    },
    connect: async (id, port): Promise<Duplex> => {
      const { box } = await mustRun(id);
      const pipe = [`${OURS}/node/bin/node`, `${OURS}/inside/pipe.ts`, String(port)];
      return whileItRuns(id, connectByExec(box, pipe, port));
    },
    usage: async (id) => {
      if (!(await stateOf(id))?.Running) return null;
      const stats = await containerOf(id).stats({ stream: false, "one-shot": true });
      const idle = stats.memory_stats.stats?.total_inactive_file ?? stats.memory_stats.stats?.inactive_file ?? 0;
      return {
        memoryBytes: Math.max(0, (stats.memory_stats.usage ?? 0) - idle),
        processes: stats.pids_stats?.current ?? 0,
        cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
      };
    },
  };
}

const STANDARD = {
  HOME: "/home/agent",
  LANG: "C.UTF-8",
  TMPDIR: "/tmp",
  PATH: `${OURS}/node/bin:/usr/local/bin:/usr/bin:/bin`,
};

/** What is asked of the engine for one box: no network, no rights, a root that cannot be written. */
async function containerOptions(
  spec: BoxSpec & { image: string },
  user: string,
): Promise<Docker.ContainerCreateOptions> {
  const bind = (Source: string, Target: string, ReadOnly: boolean): Docker.MountSettings => ({
    ...{ Type: "bind", Source, Target, ReadOnly },
  });
  const node = dirname(dirname(await realpath(process.execPath)));
  const services = spec.services.map(({ port }) => ({ port, socket: `${SERVICES}/${port}.sock` }));
  const memory = spec.limits.memoryMb * 1024 * 1024;
  const setup = { services, fileMegabytes: 0, bridgesOnly: true };
  const bridges = initCommand(`${OURS}/node/bin/node`, `${OURS}/inside/init.ts`, setup);
  return {
    Image: spec.image,
    Hostname: "sandbox",
    User: user,
    Labels: spec.labels,
    WorkingDir: "/work",
    Env: Object.entries(STANDARD).map(([name, value]) => `${name}=${value}`),
    Entrypoint: [],
    // A shell that waits takes away the dead that nobody else waits for; the engine's own init would be mounted over.
    Cmd: ["/bin/sh", "-c", '"$@" & wait', "sh", ...bridges],
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.round(spec.limits.cpus * 1e9),
      PidsLimit: spec.limits.processes + OWN_PROCESSES,
      Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
      Tmpfs: { "/tmp": `rw,exec,nosuid,nodev,mode=1777,size=${Math.ceil(spec.limits.memoryMb / 2)}m` },
      Mounts: [
        bind(await realpath(spec.workspace), "/work", spec.isReadOnly === true),
        bind(await realpath(spec.home), "/home/agent", false),
        bind(node, `${OURS}/node`, true),
        bind(INSIDE, `${OURS}/inside`, true),
        ...(spec.readOnly ?? []).map((path) => bind(path, path, true)),
        ...(spec.writable ?? []).map(({ directory, target }) => bind(directory, target, false)),
        ...spec.services.map(({ port, socket }) => bind(socket, `${SERVICES}/${port}.sock`, true)),
      ],
    },
  };
}

/**
 * Programs run as the server's user, whose folders these are. Where that is root they run as 1000, and get the folders
 * and sockets: a container's root would be the machine's.
 */
async function giveFolders(spec: BoxSpec): Promise<string> {
  const [uid, gid] = [process.getuid?.() ?? 1000, process.getgid?.() ?? 1000];
  if (uid !== 0) return `${uid}:${gid}`;
  const writable = (spec.writable ?? []).map(({ directory }) => directory);
  const folders = [spec.workspace, spec.home, ...writable];
  await promisify(execFile)("chown", ["-R", "-h", "-P", "1000:1000", "--", ...folders], {
    env: { ...process.env, LC_ALL: "C" },
  }).catch((error: unknown) => {
    // A cache is shared with sandboxes that run: what they delete meanwhile needs no owner.
    const said = String(Reflect.get(Object(error), "stderr"))
      .trim()
      .split("\n");
    if (!said.every((line) => line.endsWith("No such file or directory"))) throw error;
  });
  for (const { socket } of spec.services) await chown(socket, 1000, 1000);
  return "1000:1000";
}

/** Asks every program to end, and waits a moment for those that do. Inside, -1 is everybody there and nobody else. */
async function endPrograms(box: DockerBox): Promise<void> {
  const deadline = Date.now() + GRACE_MS;
  await runExec(box, ["sh", "-c", "kill -TERM -1"]).catch(() => undefined);
  // The first shell and the bridges stay.
  for (let left = 3; left > 2 && Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const top: unknown = await box.container.top().catch(() => null);
    const rows: unknown = Reflect.get(Object(top), "Processes");
    left = Array.isArray(rows) ? rows.length : 0;
  }
}

/** The bridges are up when each port answers; a container that ends instead says why in its log. */
async function waitForBridges(box: DockerBox, spec: BoxSpec): Promise<void> {
  const last = spec.services.at(-1)?.port;
  for (let turn = 0; turn < 200; turn++) {
    const { State } = await box.container.inspect();
    if (!State.Running) {
      const log = await box.container.logs({ stdout: true, stderr: true, tail: 5 });
      throw new Error(
        log
          .toString("utf8")
          .replaceAll(/[^\x20-\x7e]+/g, " ")
          .trim() || `exit code ${State.ExitCode}`,
      );
    }
    if (last === undefined) return;
    const port = last.toString(16).toUpperCase().padStart(4, "0");
    const { exitCode } = await runExec(box, ["grep", "-q", `0100007F:${port} 00000000:0000 0A`, "/proc/net/tcp"]);
    if (exitCode === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Its services did not come up.");
}

/** Of a process that lives; those of other machines are left to them. */
function isOwned(owner: string): boolean {
  const [host, pid, startedAt] = owner.split("/");
  return host !== hostname() || isAlive({ pid: Number(pid), startedAt: startedAt || null });
}

function addressOf(host: string): Docker.DockerOptions {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const { hostname: name, port, protocol } = new URL(host.replace(/^tcp:/, "http:"));
  return { host: name, port, protocol: protocol === "https:" ? "https" : "http" };
}

/** Until nothing of it is left and its name is free: an engine that is at it already refuses to be asked again. */
async function removeWhole(container: Docker.Container): Promise<void> {
  let said = "";
  for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
    await container.remove({ force: true, v: true }).catch((error: unknown) => {
      said = error instanceof Error ? error.message : String(error);
    });
    if ((await absentAsNull(container.inspect())) === null) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new AppError("unavailable", `What was left of the sandbox could not be removed: ${said}`);
}

async function absentAsNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    const status: unknown = Reflect.get(Object(error), "statusCode");
    if (status === 404 || status === 304 || status === 409) return null;
    throw error;
  }
}
