import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type AccessWatch, openAccessWatch } from "#server/auth/access-watch.ts";
import { AppError } from "#server/errors.ts";
import type { Logger } from "#server/log.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import { clientFrame } from "#server/terminals/schema.ts";
import { admit, type Admission } from "#server/terminals/tickets.ts";
import type { Shells } from "./shells.ts";
import type { ServerFrame, Viewer } from "./shell.ts";

/** A reader who takes nothing at all any more is cut; they come back to what was printed last. */
const mostQueuedBytes = 16 * 1024 * 1024;
const pingMilliseconds = 25_000;

/** Takes the WebSockets of terminals, `/terminal/<ticket>`: the ticket says who, and is used up. */
export function createTerminalDoor(runtime: OpenRuntime, { shells, log }: { shells: Shells; log: Logger }) {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 1024 * 1024,
    clientTracking: true,
  });
  const access = openAccessWatch({
    ...runtime,
    onError: (error) => log.warn({ error }, "access of terminals was not looked at"),
  });

  async function serve(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const early: string[] = [];
    const keep = (data: unknown) => void (early.length < 1_000 && early.push(String(data)));
    socket.on("message", keep);
    try {
      const url = new URL(request.url ?? "/", "http://worker");
      const ticket = url.pathname.split("/")[2] ?? "";
      const ip = String(request.headers["x-forwarded-for"] ?? request.socket.remoteAddress);
      const admission = await admit(runtime, ticket, "terminal", ip);
      const shell = await shells.open(admission, sizeIn(url.searchParams));
      if (socket.readyState !== socket.OPEN) return;
      const viewer = viewerOf(socket);
      const away = shell.look(viewer);
      socket.off("message", keep);
      const receive = (data: unknown) => {
        const frame = parse(String(data));
        if (!frame)
          viewer.send({ type: "error", message: "Send JSON: {type: input, data} or {type: resize, rows, cols}." });
        else if (frame.type === "input") shell.write(frame.data);
        else shell.resize(frame.rows, frame.cols);
      };
      for (const data of early) receive(data);
      socket.on("message", receive);
      socket.once("close", away);
      void shell.exited.then(() => socket.close(1000, "ended"));
      endWithAccess(access, admission, socket);
    } catch (error) {
      if (!(error instanceof AppError)) log.error({ error }, "a terminal was not opened");
      const message =
        error instanceof AppError ? error.message : "The terminal could not be opened; the server's log says why.";
      send(socket, { type: "error", message });
      socket.close(error instanceof AppError && error.code === "unauthenticated" ? 4401 : 4400, "refused");
    }
  }

  return {
    /** Whether it is one of ours. */
    takes: (request: IncomingMessage): boolean => (request.url ?? "").startsWith("/terminal/"),
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on("error", () => socket.destroy());
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on("error", () => webSocket.terminate());
        keepAlive(webSocket);
        void serve(webSocket, request);
      });
    },
    close(): void {
      access.close();
      for (const socket of sockets.clients) socket.close(1001, "the server stops");
    },
  };
}

/** Who was let in is sent away when what they came with ends. */
function endWithAccess(access: AccessWatch, { actor }: Admission, socket: WebSocket): void {
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  const untilEnd = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  void access
    .whileAdmitted(actor, gone.signal, untilEnd)
    .catch(() => undefined)
    .then(() => socket.close(4401, "access ended"));
}

function viewerOf(socket: WebSocket): Viewer {
  return {
    send(frame) {
      if (socket.bufferedAmount > mostQueuedBytes) socket.terminate();
      else send(socket, frame);
    },
    waiting: () => (socket.readyState === socket.OPEN ? socket.bufferedAmount : 0),
  };
}

function send(socket: WebSocket, frame: ServerFrame): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}

/** A line that is gone without a word is found out. */
function keepAlive(socket: WebSocket): void {
  let answered = true;
  socket.on("pong", () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, pingMilliseconds);
  socket.once("close", () => clearInterval(timer));
}

function parse(text: string) {
  try {
    return clientFrame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const bounded = (text: string | null, fallback: number, most: number) =>
  Math.min(Math.max(Math.trunc(Number(text)) || fallback, 2), most);
const sizeIn = (query: URLSearchParams) => ({
  rows: bounded(query.get("rows"), 24, 500),
  cols: bounded(query.get("cols"), 80, 1_000),
});
