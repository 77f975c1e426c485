import { Duplex, PassThrough } from "node:stream";
import type Docker from "dockerode";
import { AppError } from "#server/errors.ts";
import { newId } from "#server/ids.ts";
import type { BoxCommand, BoxExit, BoxProcess } from "./box.ts";

/** A container that programs are started in. */
export interface DockerBox {
  docker: Docker;
  container: Docker.Container;
  /** This process brought it up. */
  isOwn: boolean;
  /** How many ends for want of memory were told already. */
  outOfMemorySeen: number;
  endedFor: "stopped" | "disk" | undefined;
  /** Ends the look at its disk. */
  endWatch?: () => void;
}

/**
 * The API tells a program's process number on the engine's machine alone, so that it writes its own down inside. And a
 * terminal has its size before the program begins: the API sets one only after that, and the program may have looked.
 */
const BECOME = `echo $$ > "/tmp/.program-$1"
{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null
ulimit -c 0
ulimit -f "$2" 2>/dev/null
[ -n "$3" ] && stty rows "$3" cols "$4" 2>/dev/null
shift 4
exec "$@"`;
const SIGNAL = 'kill -s "$1" -- "-$(cat "/tmp/.program-$2")"';
const OOM = "cat /sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/memory.events 2>/dev/null | grep oom_kill";
const LOOK_MS = 100;
const SPARE_PROCESSES = 512;
const UNHEARD_LOOKS = 50;

/** Starts a program by the engine's `exec`. */
export async function spawnByExec(
  box: DockerBox,
  command: Required<Omit<BoxCommand, "tty">> & Pick<BoxCommand, "tty">,
  fileMegabytes: number,
): Promise<BoxProcess> {
  const ref = newId();
  const { tty } = command;
  const exec = await box.container.exec({
    Cmd: ["/bin/sh", "-c", BECOME, "sh", ref, String(fileMegabytes * 2048), ...sizeOf(tty), ...command.args],
    Env: Object.entries(command.env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: command.cwd,
    ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: tty !== undefined },
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: tty !== undefined });
  const terminal = openTerminal(exec);
  // For images without stty.
  if (tty !== undefined) terminal.resize(tty.rows, tty.cols);
  const stdout = new PassThrough();
  const stderr = tty === undefined ? new PassThrough() : null;
  if (stderr === null) stream.pipe(stdout, { end: false });
  else box.docker.modem.demuxStream(stream, stdout, stderr);
  const stdin = new PassThrough();
  stdin.pipe(stream);
  stream.on("error", () => stream.destroy());
  return {
    stdin,
    stdout,
    stderr,
    resize: (rows, cols) => terminal.resize(rows, cols),
    kill: (signal = "SIGTERM") => void sendSignal(box, ref, signal).catch(() => undefined),
    exited: untilEnd(exec, stream).then(async (code) => {
      terminal.close();
      stream.unpipe?.();
      stdout.end();
      stderr?.end();
      stream.destroy();
      return explain(box, code);
    }),
  };
}

const sizeOf = (tty: BoxCommand["tty"]): [string, string] =>
  tty === undefined ? ["", ""] : [String(tty.rows), String(tty.cols)];

/** Sizes are set one after the other, the last one last; one that the engine was too busy for is asked for again. */
function openTerminal(exec: Docker.Exec) {
  let wanted: { h: number; w: number } | undefined;
  let working = false;
  let isOver = false;
  const work = async () => {
    working = true;
    for (let tries = 0; wanted !== undefined && !isOver && tries < 20; tries++) {
      const size = wanted;
      try {
        // Podman answers 201, which the library takes for a failure.
        await exec.resize(size).catch((error: unknown) => {
          if (Reflect.get(Object(error), "statusCode") !== 201) throw error;
        });
        if (wanted === size) wanted = undefined;
        tries = 0;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }
    working = false;
  };
  return {
    resize(rows: number, cols: number): void {
      wanted = { h: rows, w: cols };
      if (!working) void work();
    },
    close(): void {
      isOver = true;
    },
  };
}

/** Where the box's processes are used up there is none for the one that ends the others, until it is given more. */
async function sendSignal(box: DockerBox, ref: string, signal: NodeJS.Signals): Promise<void> {
  const send = () => runExec(box, ["/bin/sh", "-c", SIGNAL, "sh", signal.replace("SIG", ""), ref]).catch(() => null);
  if ((await send())?.exitCode === 0) return;
  const { HostConfig } = await box.container.inspect();
  const limit = HostConfig.PidsLimit ?? 0;
  await box.container.update({ PidsLimit: limit + SPARE_PROCESSES });
  await send();
  await box.container.update({ PidsLimit: limit });
}

/** Runs something of ours to its end and takes its output. */
export async function runExec(box: DockerBox, args: string[]): Promise<{ exitCode: number | null; output: string }> {
  const exec = await box.container.exec({ Cmd: args, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true });
  let output = "";
  const taken = new PassThrough().on("data", (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(0, 100_000);
  });
  box.docker.modem.demuxStream(stream, taken, taken);
  return { exitCode: await untilEnd(exec, stream), output };
}

/** A stream to a port inside, by a program there that pipes to it. */
export async function connectByExec(box: DockerBox, args: string[], port: number): Promise<Duplex> {
  const exec = await box.container.exec({ Cmd: args, AttachStdin: true, AttachStdout: true, AttachStderr: false });
  const stream = await exec.start({ hijack: true, stdin: true });
  const output = new PassThrough();
  box.docker.modem.demuxStream(stream, output, new PassThrough().resume());
  stream.on("end", () => output.end()).on("close", () => output.end());
  const first: unknown = await new Promise((resolve) => {
    const look = () => {
      const byte: unknown = output.read(1);
      if (byte === null && !output.readableEnded) return;
      output.off("readable", look);
      resolve(byte);
    };
    output.on("readable", look).on("end", look);
  });
  if (String(first) !== "+") {
    stream.destroy();
    throw new AppError("unavailable", `Nothing listens on port ${port}.`);
  }
  return Duplex.from({ readable: output, writable: stream });
}

/** The exit code once it has ended; null where the container has. What it left running may hold the stream open. */
async function untilEnd(exec: Docker.Exec, stream: NodeJS.EventEmitter): Promise<number | null> {
  let over = false;
  let wake = () => {};
  for (const name of ["end", "close", "error"])
    stream.on(name, () => {
      over = true;
      wake();
    });
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  for (let unheard = 0; ; ) {
    const found = await exec.inspect().catch((error: unknown) =>
      // An engine that is too busy to answer has not ended it.
      Reflect.get(Object(error), "statusCode") === 404 ? null : undefined,
    );
    if (found === null || (found === undefined && ++unheard > UNHEARD_LOOKS)) return null;
    if (found === undefined) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      continue;
    }
    // Of some that went with their container an engine knows no exit code, ever.
    if (!found.Running && found.ExitCode === null && over && ++unheard > UNHEARD_LOOKS) return null;
    if (!found.Running && found.ExitCode !== null) {
      // What was written last is on its way.
      if (!over) await pause(200);
      return found.ExitCode;
    }
    await pause(over ? 10 : LOOK_MS);
  }
}

/** The engine adds 128 to the number of the signal that ended a program. */
async function explain(box: DockerBox, code: number | null): Promise<BoxExit> {
  if (code === null || box.endedFor !== undefined) return { exitCode: null, killedBy: box.endedFor ?? "stopped" };
  if (code <= 128 || code > 128 + 64) return { exitCode: code };
  if (code === 137 && (await hasRunOutOfMemory(box))) return { exitCode: null, killedBy: "memory" };
  return { exitCode: null, killedBy: "signal" };
}

async function hasRunOutOfMemory(box: DockerBox): Promise<boolean> {
  const { output } = await runExec(box, ["sh", "-c", OOM]).catch(() => ({ output: "" }));
  const count = Number(/oom_kill (\d+)/.exec(output)?.[1] ?? 0);
  const isNew = count > box.outOfMemorySeen;
  box.outOfMemorySeen = count;
  return isNew;
}
