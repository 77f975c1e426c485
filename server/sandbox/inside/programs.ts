import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { constants } from "node:os";
import { StringDecoder } from "node:string_decoder";
import { wholeEnvironment } from "./environment.ts";
import { DATA, EXIT, type Frames, OTHER, writeFrame, writeWhole } from "./frames.ts";

/** A program that runs, for whoever wants to signal it. */
export interface Program {
  signal(signal: NodeJS.Signals): void;
  resize(rows: number, cols: number): void;
}

interface Start {
  args: string[];
  env: Record<string, string>;
  cwd: string;
  tty: { rows: number; cols: number } | null;
  fileMegabytes: number;
}

interface Exit {
  code: number | null;
  signal: string | null;
}

/** A program that was started, whichever way: its outputs call `onOutput`, which is awaited before more is read. */
interface Started extends Program {
  input(data: Buffer): Promise<void>;
  endInput(): void;
  /** Has all that it could write been read? */
  drained(): boolean;
  ended: Promise<Exit>;
}

type OnOutput = (kind: number, data: Buffer) => Promise<void>;

/**
 * When memory is short the kernel takes a program, never the init; and no program leaves a core or a file without end.
 * `ulimit -f` counts in 512 bytes (POSIX; bash in its POSIX mode too).
 */
const BECOME = `{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null
ulimit -c 0
ulimit -f "$1" 2>/dev/null
shift
exec "$@"`;

/** How long after its end a program's output may still come from what it left running. */
const QUIET_MS = 200;
const GRACE_MS = 2000;

/** Runs one program over a connection, from its start to its exit frame. `register` is called with it, at the end with null. */
export async function runProgram(
  { socket, frames }: { socket: Socket; frames: Frames },
  start: Start,
  register: (program: Program | null) => void,
): Promise<void> {
  const activity = { pending: 0, at: Date.now() };
  const onOutput: OnOutput = async (kind, data) => {
    activity.pending++;
    activity.at = Date.now();
    await writeFrame(socket, kind, data);
    activity.pending--;
    activity.at = Date.now();
  };
  const program = start.tty === null ? startPlain(start, onOutput) : await startInTerminal(start, start.tty, onOutput);
  register(program);
  const over = { ended: false };
  void readInput(frames, program).then(async () => {
    // The server has gone: nobody will read this, and nobody could end it.
    if (over.ended) return;
    program.signal("SIGHUP");
    program.signal("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
    if (!over.ended) program.signal("SIGKILL");
  });
  const exit = await program.ended;
  over.ended = true;
  register(null);
  // What it has written is on its way; what others hold open for ever is not waited for.
  while (!socket.destroyed && (activity.pending > 0 || Date.now() - activity.at < QUIET_MS)) {
    if (activity.pending === 0 && program.drained()) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await writeFrame(socket, EXIT, JSON.stringify(exit));
  socket.end();
}

/** Takes frames until the server closes the connection. */
async function readInput(frames: Frames, program: Started): Promise<void> {
  for (let frame = await frames.next(); frame !== null; frame = await frames.next()) {
    if (frame.kind === DATA) await program.input(frame.data);
    else if (frame.kind === OTHER) program.endInput();
  }
}

function startPlain(start: Start, onOutput: OnOutput): Started {
  // Its own process group: a signal reaches what it started, and a terminal of the server never does.
  const child = spawn("/bin/sh", become(start), { cwd: start.cwd, env: wholeEnvironment(start.env), detached: true });
  const pump = async (stream: AsyncIterable<Buffer>, kind: number) => {
    for await (const chunk of stream) await onOutput(kind, chunk);
  };
  // A stream that breaks has ended.
  pump(child.stdout, DATA).catch(() => undefined);
  pump(child.stderr, OTHER).catch(() => undefined);
  child.stdin.on("error", () => child.stdin.destroy());
  return {
    input: async (data) => void (await writeWhole(child.stdin, data)),
    endInput: () => child.stdin.end(),
    signal: (signal) => signalGroup(child.pid, signal),
    resize: () => undefined,
    drained: () => child.stdout.readableEnded && child.stderr.readableEnded,
    ended: new Promise((resolve) => {
      child.on("exit", (code, signal) => resolve({ code, signal }));
      child.on("error", () => resolve({ code: 127, signal: null }));
    }),
  };
}

async function startInTerminal(
  start: Start,
  size: { rows: number; cols: number },
  onOutput: OnOutput,
): Promise<Started> {
  // Loaded only where a terminal is wanted: it costs time and memory.
  const pty = await import("@lydell/node-pty");
  const name = start.env.TERM ?? "xterm-256color";
  const options = { name, cols: size.cols, rows: size.rows, cwd: start.cwd, env: start.env, encoding: null };
  const terminal = pty.spawn("/bin/sh", become(start), options);
  terminal.onData((data) => {
    // With no encoding these are bytes, whatever its types say.
    terminal.pause();
    void onOutput(DATA, Buffer.from(data)).then(() => terminal.resume());
  });
  const decoder = new StringDecoder("utf8");
  return {
    input: async (data) => terminal.write(decoder.write(data)),
    // What a person means by the end of input in a terminal.
    endInput: () => terminal.write("\u0004"),
    signal: (signal) => signalGroup(terminal.pid, signal),
    resize: (rows, cols) => terminal.resize(cols, rows),
    // It tells of its exit after its last output.
    drained: () => true,
    ended: new Promise((resolve) => {
      terminal.onExit(({ exitCode, signal }) => resolve(asExit(exitCode, signal)));
    }),
  };
}

function become(start: Start): string[] {
  return ["-c", BECOME, "sh", String(start.fileMegabytes * 2048), ...start.args];
}

function asExit(exitCode: number, signal: number | undefined): Exit {
  if (!signal) return { code: exitCode, signal: null };
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return { code: null, signal: name ?? "SIGKILL" };
}

function signalGroup(id: number | undefined, signal: NodeJS.Signals): void {
  // 1 would be everybody.
  if (id === undefined || id <= 1) return;
  try {
    process.kill(-id, signal);
  } catch {
    // It has ended meanwhile.
  }
}
