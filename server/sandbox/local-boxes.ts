import { type ChildProcess, spawn } from "node:child_process";
import { link, mkdir, mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "#server/errors.ts";
import { type BoxExit, type BoxFound, type BoxProvider, type BoxSpec, notRunning } from "./box.ts";
import { askInit, connectThroughInit, spawnThroughInit } from "./calls.ts";
import { type Cgroup, createCgroup, findCgroupHome, openCgroup } from "./cgroup.ts";
import { OVER_ITS_DISK, watchDisk } from "./disk-watch.ts";
import { wholeEnvironment } from "./inside/environment.ts";
import { joinAndBecome } from "./join.ts";
import { watchMemory } from "./memory-watch.ts";
import { isAlive, killTree, markProcess } from "./processes.ts";
import { type BoxState, openRecords } from "./records.ts";
import { openFilter } from "./seccomp.ts";

/** What differs between boxes on this machine. */
export interface LocalKind {
  name: "bubblewrap" | "process";
  isolated: boolean;
  available: BoxProvider["available"];
  foldersInside: BoxProvider["foldersInside"];
  /** The argument array that brings up the init, with the setup as its last argument; `folder` is of ours, for files it needs. */
  command(
    spec: BoxSpec,
    setup: { fileMegabytes: number },
    given: { folder: string; filterDescriptor: number | null },
  ): Promise<string[]>;
  /** What each program has in its environment before the box's own. */
  environment(spec: BoxSpec): Promise<Record<string, string>>;
}

/** Threads of the init, which count as processes of the box. */
const INIT_PROCESSES = 24;
const SHUTDOWN_MS = 5000;

/** A box that this process has started: how it is watched, and why programs in it were ended. */
interface Running {
  child: ChildProcess;
  state: BoxState;
  endedFor: (BoxExit["killedBy"] & ("memory" | "disk" | "stopped")) | undefined;
  over: Promise<void>;
}

/** Boxes as processes of this machine, each with an init that starts programs in it. */
export function createLocalBoxes(kind: LocalKind, root: string): BoxProvider {
  const records = openRecords(join(root, kind.name));
  const running = new Map<string, Running>();
  const turns = new Map<string, Promise<unknown>>();

  /** One thing at a time with a box. */
  const inTurn = <T>(id: string, act: () => Promise<T>): Promise<T> => {
    const turn = (turns.get(id) ?? Promise.resolve()).then(act, act);
    const settled = turn.catch(() => undefined).then(() => void (turns.get(id) === settled && turns.delete(id)));
    turns.set(id, settled);
    return turn;
  };

  const live = async (id: string): Promise<{ spec: BoxSpec; state: BoxState }> => {
    const [spec, state] = [await records.spec(id), await records.state(id)];
    if (state === null || state.host !== hostname() || !isAlive(state.main)) throw notRunning();
    return { spec, state };
  };

  const start = async (id: string): Promise<void> => {
    const spec = await records.spec(id);
    const before = await records.state(id);
    const isHere = before !== null && before.host === hostname();
    if (isHere && isAlive(before.main)) return;
    if (isHere) await endLeftovers(before);
    await checkFolders(spec);
    const box = await bringUp(kind, spec, records.folder(id));
    running.set(id, box);
    await records.save(id, box.state);
    box.over = watch(box, spec, () => records.save(id, box.state)).then(async () => {
      running.delete(id);
      const known = await records.state(id);
      // Another process of ours may have asked for its end, or brought up the next.
      if (known === null || known.main.pid !== box.state.main.pid) return;
      await records.save(id, { ...box.state, stopAsked: box.state.stopAsked || known.stopAsked });
    });
    try {
      await Promise.race([askInit(socketOf(box.state), { operation: "hello" }), failed(box)]);
    } catch (error) {
      // Of one that has ended its own words tell why.
      const hasEnded = error instanceof AppError && error.code === "conflict";
      if (!hasEnded) box.state.failure ??= error instanceof Error ? error.message : String(error);
      box.child.kill("SIGKILL");
      await box.over;
      throw new AppError("unavailable", `The sandbox could not be started: ${box.state.failure}`);
    }
  };

  const stop = async (id: string, { own = false } = {}): Promise<void> => {
    const state = await records.state(id);
    if (state === null || state.host !== hostname()) return;
    const box = running.get(id);
    if (own && box?.state.main.pid !== state.main.pid) return;
    if (isAlive(state.main)) {
      if (box !== undefined) box.endedFor = "stopped";
      const asked = { ...state, stopAsked: true };
      if (box !== undefined) box.state.stopAsked = true;
      await records.save(id, asked);
      await askWithin(socketOf(state), SHUTDOWN_MS);
    }
    await endLeftovers(state);
    await box?.over;
    if (!state.stopAsked && state.failure === null && box === undefined)
      await records.save(id, { ...state, stopAsked: true });
  };

  const find = async (id: string): Promise<BoxFound[]> => {
    const spec = await records.spec(id).catch(() => null);
    const state = await records.state(id);
    if (spec === null) return [];
    // A folder that machines share: it is for the other to say.
    if (state !== null && state.host !== hostname()) return [];
    const found = { id, labels: spec.labels, limits: spec.limits };
    if (state === null) return [{ ...found, status: "created" }];
    if (isAlive(state.main))
      return [{ ...found, status: "running", ...(state.notice === null ? {} : { reason: state.notice }) }];
    if (state.stopAsked) return [{ ...found, status: "stopped" }];
    return [{ ...found, status: "failed", reason: state.failure ?? "The worker that ran it has ended." }];
  };

  const list = async () => (await Promise.all((await records.ids()).map(find))).flat();

  return {
    name: kind.name,
    isolated: kind.isolated,
    available: kind.available,
    foldersInside: kind.foldersInside,
    create: async (spec) => void (await records.create(spec)),
    start: (id) => inTurn(id, () => start(id)),
    stop: (id, options) => inTurn(id, () => stop(id, options)),
    remove: (id) =>
      inTurn(id, async () => {
        await stop(id);
        await records.forget(id);
      }),
    list,
    reconcile: async () => {
      for (const id of await records.ids()) {
        const state = await records.state(id);
        if (state === null || state.host !== hostname()) continue;
        if (!running.has(id) && !isAlive(state.owner)) await inTurn(id, () => endLeftovers(state));
      }
      return list();
    },
    spawn: async (id, command) => {
      const { spec, state } = await live(id);
      const group = await groupOf(state);
      const inside = kind.foldersInside(spec);
      const line = {
        socketPath: socketOf(state),
        outOfMemoryCount: async () => (await group?.outOfMemoryCount()) ?? 0,
        endedFor: () => running.get(id)?.endedFor,
      };
      const env = { ...(await kind.environment(spec)), ...spec.env, ...command.env };
      return spawnThroughInit(line, { ...command, env, cwd: command.cwd ?? inside.workspace });
    },
    connect: async (id, port) => connectThroughInit(socketOf((await live(id)).state), port),
    usage: async (id) => {
      const state = await records.state(id);
      return state !== null && isAlive(state.main) ? ((await (await groupOf(state))?.usage()) ?? null) : null;
    },
  };
}

function socketOf(state: BoxState): string {
  return join(state.folder, "init.sock");
}

async function groupOf(state: BoxState): Promise<Cgroup | null> {
  const home = await findCgroupHome();
  return home === null || state.cgroup === null ? null : openCgroup(home, state.cgroup);
}

/** Throws AppError `unavailable` for what a box needs and is not there. */
export async function checkFolders(spec: BoxSpec): Promise<void> {
  const writable = (spec.writable ?? []).map(({ directory }) => directory);
  for (const path of [spec.workspace, spec.home, ...(spec.readOnly ?? []), ...writable]) {
    if (!(await stat(path).catch(() => null))) throw new AppError("unavailable", `The folder ${path} is not there.`);
  }
  for (const { port, socket } of spec.services) {
    if (!(await stat(socket).catch(() => null))?.isSocket())
      throw new AppError("unavailable", `The service of port ${port} does not listen at ${socket}.`);
  }
}

/** Starts the outermost process: limits joined, the socket of the init listening and given to it open. */
async function bringUp(kind: LocalKind, spec: BoxSpec, recordFolder: string): Promise<Running> {
  const home = await findCgroupHome();
  const { memoryMb, cpus, processes } = spec.limits;
  const group = home && (await createCgroup(home, { memoryMb, cpus, processLimit: processes + INIT_PROCESSES }));
  const folder = await mkdtemp(join(await realpath(tmpdir()), "entourage-box-"));
  try {
    const files = join(recordFolder, "files");
    await mkdir(files, { recursive: true });
    const filter = await openFilter(files);
    const given = { folder: files, filterDescriptor: filter === null ? null : 4 };
    const command = await kind.command(spec, { fileMegabytes: spec.limits.diskMb }, given);
    const listening = await listenAt(folder);
    const options = { joinFiles: group?.joinFiles ?? [], keptDescriptors: 5 };
    const [shell = "/bin/sh", ...args] = joinAndBecome(command, options);
    const child = spawn(shell, args, {
      cwd: "/",
      env: wholeEnvironment({ PATH: process.env.PATH ?? "/usr/bin:/bin" }),
      stdio: ["ignore", "ignore", "pipe", descriptorOf(listening), filter?.descriptor ?? "ignore"],
      detached: true,
    });
    listening.close();
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    await filter?.close();
    const state: BoxState = {
      main: markProcess(child.pid ?? 0),
      owner: markProcess(process.pid),
      host: hostname(),
      cgroup: group?.name ?? null,
      folder,
      stopAsked: false,
      failure: null,
      notice: null,
    };
    return { child, state, endedFor: undefined, over: Promise.resolve() };
  } catch (error) {
    await group?.remove();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * A socket that the init will accept on: made here, so that no path inside leads to it (what is inside cannot put a
 * link to a socket of the host in its place). Closing the server takes its own name away; the second name stays.
 */
async function listenAt(folder: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(join(folder, "made.sock"), resolve);
  });
  await link(join(folder, "made.sock"), join(folder, "init.sock"));
  return server;
}

/** Node gives a listening socket to a child by number only, and tells the number nowhere else. */
function descriptorOf(server: Server): number {
  return Number(Reflect.get(Object(Reflect.get(server, "_handle")), "fd"));
}

/** Keeps the limits that the kernel does not, and settles what is left when the box has ended, however. */
async function watch(box: Running, spec: BoxSpec, tell: () => Promise<void>): Promise<void> {
  const { child, state } = box;
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
  });
  const group = await groupOf(state);
  const onMemory = () => {
    box.endedFor = "memory";
    state.failure = "It used more memory than it may.";
    child.kill("SIGKILL");
  };
  const endMemory = group === null ? watchMemory(state.main.pid, spec.limits.memoryMb * 1024 * 1024, onMemory) : null;
  const endDisk = watchDisk([spec.workspace, spec.home], spec.limits.diskMb * 1024 * 1024, (why) => {
    box.endedFor = "disk";
    state.notice = OVER_ITS_DISK[why];
    void tell();
    askInit(socketOf(state), { operation: "end-programs" })
      .catch(() => undefined)
      .finally(() => setTimeout(() => box.endedFor === "disk" && (box.endedFor = undefined), 500).unref());
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
  });
  endMemory?.();
  endDisk();
  if (!state.stopAsked) {
    const hungry = ((await group?.outOfMemoryCount()) ?? 0) > 0;
    const words = errors.trim().split("\n").at(-1);
    state.failure ??= hungry
      ? "It used more memory than it may."
      : `Its first process has ended${code === null ? "" : ` (exit code ${code})`}${words ? `: ${words}` : ""}.`;
  }
  await endLeftovers(state);
}

function failed(box: Running): Promise<never> {
  return new Promise((_resolve, reject) => {
    box.over.then(() => reject(new Error(box.state.failure ?? "It was stopped.")), reject);
  });
}

async function askWithin(socketPath: string, milliseconds: number): Promise<void> {
  const asked = askInit(socketPath, { operation: "stop" }).catch(() => undefined);
  const late = new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref());
  await Promise.race([asked, late]);
}

/** Kills what is left of a box and takes its limits and its socket away. Again is no fault. */
async function endLeftovers(state: BoxState): Promise<void> {
  if (isAlive(state.main)) await killTree(state.main.pid);
  await (await groupOf(state))?.remove();
  await rm(state.folder, { recursive: true, force: true });
}
