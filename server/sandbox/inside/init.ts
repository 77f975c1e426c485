import { existsSync } from "node:fs";
import { createServer, connect as dial, type Socket } from "node:net";
import { openBridges } from "./bridges.ts";
import { type Frames, HEAD, readFrames, writeFrame } from "./frames.ts";
import { type Program, runProgram } from "./programs.ts";

/**
 * The first program of a box. It runs inside, with the rights of the agent and no more: whoever takes it over gains
 * nothing, and the server believes it nothing but what it says about the programs here. It starts programs for the
 * server over a socket that it was given open (descriptor 3), so that there is no path to it inside.
 *
 * node init.ts '{"services":[{"port":9101,"socket":"/run/entourage/9101.sock"}],"fileMegabytes":1024}'
 */
interface Setup {
  services: { port: number; socket: string }[];
  /** A file may not grow beyond this. */
  fileMegabytes: number;
  /** Programs are started by somebody else (Docker): only keep the services' ports open. */
  bridgesOnly?: boolean;
}

interface Request {
  operation: "hello" | "spawn" | "signal" | "resize" | "connect" | "end-programs" | "stop";
  ref: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  tty: { rows: number; cols: number } | null;
  signal: NodeJS.Signals;
  port: number;
}

const CONTROL_DESCRIPTOR = 3;
const GRACE_MS = 2000;
const programs = new Map<string, Program>();
const setup: Setup = parsed(process.argv[2] ?? "{}");

const bridges = openBridges(setup.services);
if (setup.bridgesOnly) {
  // The end of all programs is asked for first; the ports stay open until then.
  process.on("SIGTERM", () => undefined);
  setInterval(() => undefined, 60_000);
} else {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    serve(socket).catch(() => socket.destroy());
  });
  server.listen({ fd: CONTROL_DESCRIPTOR });
}
// Where there is no own terminal group (process provider) ^C would come here too; the server decides when a box ends.
process.on("SIGINT", () => undefined);

async function serve(socket: Socket): Promise<void> {
  const frames = readFrames(socket);
  const head = await frames.next();
  if (head === null) return void socket.destroy();
  const request: Request = parsed(head.data.toString());
  switch (request.operation) {
    case "hello":
      return reply(socket, await bridges);
    case "spawn":
      return spawnFor(socket, frames, request);
    case "signal":
      programs.get(request.ref)?.signal(request.signal);
      return reply(socket, null);
    case "resize":
      if (request.tty !== null) programs.get(request.ref)?.resize(request.tty.rows, request.tty.cols);
      return reply(socket, null);
    case "connect":
      frames.release();
      return connectTo(socket, request.port);
    case "end-programs":
      for (const program of programs.values()) program.signal("SIGKILL");
      return reply(socket, null);
    case "stop":
      await stopAll();
      await reply(socket, null);
      process.exit(0);
  }
}

async function reply(socket: Socket, error: string | null): Promise<void> {
  await writeFrame(socket, HEAD, JSON.stringify({ error }));
  socket.end();
}

async function spawnFor(socket: Socket, frames: Frames, request: Request): Promise<void> {
  if (!existsSync(request.cwd)) return reply(socket, `There is no folder ${request.cwd} inside.`);
  await writeFrame(socket, HEAD, JSON.stringify({ error: null }));
  await runProgram({ socket, frames }, { ...request, fileMegabytes: setup.fileMegabytes }, (program) => {
    if (program === null) programs.delete(request.ref);
    else programs.set(request.ref, program);
  });
}

/** From then on the connection is the stream to that port. */
async function connectTo(socket: Socket, port: number): Promise<void> {
  const target = await reach(port, "127.0.0.1")
    .catch(() => reach(port, "::1"))
    .catch(() => null);
  if (target === null) return reply(socket, `Nothing listens on port ${port}.`);
  target.on("error", () => socket.destroy());
  target.on("close", () => socket.destroySoon());
  socket.on("close", () => target.destroy());
  await writeFrame(socket, HEAD, JSON.stringify({ error: null }));
  socket.pipe(target);
  target.pipe(socket);
}

function reach(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const target = dial({ port, host, allowHalfOpen: true });
    target.once("connect", () => resolve(target));
    target.once("error", reject);
  });
}

/** Asks every program to end; after the grace those that did not are killed. */
async function stopAll(): Promise<void> {
  for (const program of programs.values()) program.signal("SIGTERM");
  const deadline = Date.now() + GRACE_MS;
  while (programs.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const program of programs.values()) program.signal("SIGKILL");
}

/** What the server says to its own init is believed; nobody else has a way to the socket. */
function parsed<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- zod is not here inside
  return JSON.parse(text) as T;
}
