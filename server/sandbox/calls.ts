import { connect as dial, type Socket } from "node:net";
import { type Duplex, PassThrough, type Writable } from "node:stream";
import { z } from "zod";
import { AppError } from "#server/errors.ts";
import { newId } from "#server/ids.ts";
import { type BoxCommand, type BoxExit, type BoxProcess, notRunning } from "./box.ts";
import {
  DATA,
  EXIT,
  HEAD,
  OTHER,
  type Frame,
  type Frames,
  readFrames,
  writeFrame,
  writeWhole,
} from "./inside/frames.ts";

/** How the init of one box is reached, and what only the host can know about the end of its programs. */
export interface InitLine {
  socketPath: string;
  /** How often the kernel has ended a process of the box for want of memory. */
  outOfMemoryCount(): Promise<number>;
  /** Why the server itself ended programs just now. */
  endedFor(): "memory" | "disk" | "stopped" | undefined;
}

const ANSWER_MS = 30_000;
const TOO_BUSY =
  "The sandbox has not answered for 30 seconds: it, or the machine, is very busy. Try again, or stop it and start it again.";

const json = <T extends z.ZodType>(shape: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        const value: unknown = JSON.parse(text);
        return value;
      } catch {
        context.addIssue("Not JSON.");
        return z.NEVER;
      }
    })
    .pipe(shape);
const answerFrame = json(z.object({ error: z.string().nullable() }));
const exitFrame = json(z.object({ code: z.number().nullable(), signal: z.string().nullable() }));
type RawExit = z.infer<typeof exitFrame>;

/**
 * Asks the init for something that ends with its answer. Throws AppError `unavailable` with its words, `conflict` where
 * it has ended or does so instead of answering.
 */
export async function askInit(socketPath: string, request: Record<string, unknown>): Promise<void> {
  (await callInit(socketPath, request)).socket.destroy();
}

/** A stream to a port inside. */
export async function connectThroughInit(socketPath: string, port: number): Promise<Duplex> {
  const { socket, frames } = await callInit(socketPath, { operation: "connect", port });
  frames.release();
  // Whoever takes the stream decides how it is read; that becomes possible one turn after our last look.
  await new Promise((resolve) => setImmediate(resolve));
  return socket;
}

/** Starts a program through the init. `env` and `cwd` are whole: the init adds nothing. */
export async function spawnThroughInit(
  line: InitLine,
  command: Required<Omit<BoxCommand, "tty">> & Pick<BoxCommand, "tty">,
): Promise<BoxProcess> {
  const { socketPath } = line;
  const [ref, before] = [newId(), await line.outOfMemoryCount()];
  const { args, env, cwd, tty = null } = command;
  const { socket, frames } = await callInit(socketPath, { operation: "spawn", ref, args, env, cwd, tty });
  const stdout = new PassThrough();
  const stderr = tty === null ? new PassThrough() : null;
  // A program that is gone answers neither; that it is gone says `exited`.
  const tell = (request: Record<string, unknown>) =>
    void askInit(socketPath, { ref, ...request }).catch(() => undefined);
  return {
    stdin: inputTo(socket),
    stdout,
    stderr,
    resize: (rows, cols) => tell({ operation: "resize", tty: { rows, cols } }),
    kill: (signal = "SIGTERM") => tell({ operation: "signal", signal }),
    exited: follow({ socket, frames }, stdout, stderr).then((exit) => explain(exit, line, before)),
  };
}

interface Call {
  socket: Socket;
  frames: Frames;
}

/** Opens a connection and waits for its head. Closed before that, the init has ended; a busy one answers late. */
async function callInit(socketPath: string, request: Record<string, unknown>): Promise<Call> {
  const socket = dial({ path: socketPath, allowHalfOpen: true });
  socket.on("error", () => socket.destroy());
  const frames = readFrames(socket);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, ANSWER_MS);
  try {
    await writeFrame(socket, HEAD, JSON.stringify(request));
    const head = await frames.next().catch(() => undefined);
    if (head === null) throw isLate ? new AppError("unavailable", TOO_BUSY) : notRunning();
    const error = problemIn(head);
    if (error !== null) throw new AppError("unavailable", error);
    return { socket, frames };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What comes from inside is believed nothing: anything but a head is no answer. */
function problemIn(head: Frame | undefined): string | null {
  const answer = answerFrame.safeParse(head?.data.toString());
  if (head?.kind === HEAD && answer.success) return answer.data.error?.slice(0, 1000) ?? null;
  return "The sandbox answered something else than expected. It can be stopped and started again.";
}

/** Input after the end of the program goes nowhere, and is no fault: both may happen at once. */
function inputTo(socket: Socket): Writable {
  const input = new PassThrough();
  const pump = async () => {
    for await (const chunk of input) await writeFrame(socket, DATA, Buffer.from(chunk));
    await writeFrame(socket, OTHER, "");
  };
  pump().catch(() => undefined);
  return input;
}

/** Hands on the outputs until the exit frame; null when the connection ended before it. */
async function follow(
  { socket, frames }: Call,
  stdout: PassThrough,
  stderr: PassThrough | null,
): Promise<RawExit | null> {
  let exit: RawExit | null = null;
  try {
    for (let frame = await frames.next(); frame !== null; frame = await frames.next()) {
      if (frame.kind === EXIT) exit = exitFrame.safeParse(frame.data.toString()).data ?? null;
      if (frame.kind === EXIT) break;
      const stream = frame.kind === OTHER ? (stderr ?? stdout) : stdout;
      // Nobody reads it any more: the program goes on without being held up.
      if (!stream.destroyed) await writeWhole(stream, frame.data);
    }
  } catch {
    // The connection broke, or something inside speaks in its place: for us the program has ended.
  }
  socket.destroy();
  stdout.end();
  stderr?.end();
  return exit;
}

async function explain(exit: RawExit | null, line: InitLine, before: number): Promise<BoxExit> {
  const asked = line.endedFor();
  if (exit === null) return { exitCode: null, killedBy: asked ?? "stopped" };
  const killed = exit.signal === "SIGKILL" || exit.code === 137;
  if (killed && (await line.outOfMemoryCount()) > before) return { exitCode: exit.code, killedBy: "memory" };
  if (exit.signal === null) return { exitCode: exit.code };
  return { exitCode: null, killedBy: asked ?? "signal" };
}
