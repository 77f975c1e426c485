import { type ChildProcess, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Duplex, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "#server/errors.ts";
import { guardPush, type PushRules } from "./push-guard.ts";
import { gitEnvironment, gitSettings, killGroup } from "./run.ts";

export interface BackendRequest {
  repositoryPath: string;
  endpoint: string;
  query: string;
  hooksDirectory: string;
  push: PushRules | null;
  timeoutSeconds: number;
  maxRequestBytes: number;
  tooLarge: () => AppError;
}

const HEADER_LIMIT_BYTES = 64 * 1024;

/** Runs `git http-backend` as a CGI program for one request, streaming both ways. */
export async function runHttpBackend(
  request: IncomingMessage,
  response: ServerResponse,
  options: BackendRequest,
): Promise<void> {
  const child = spawn("git", [...gitSettings(settings(options)), "http-backend"], {
    env: gitEnvironment(cgiVariables(request, options)),
    cwd: options.repositoryPath,
    // Descriptor 3 is a socket pair that the hooks inherit.
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    detached: true,
  });
  const stopped: { because: Error | null } = { because: null };
  let mayFinishAlone = false;
  const stop = (error: Error) => {
    stopped.because ??= error;
    killGroup(child.pid);
  };
  child.on("error", stop);
  const timer = setTimeout(
    () => stop(new AppError("unavailable", `This took longer than ${options.timeoutSeconds} seconds.`)),
    options.timeoutSeconds * 1000,
  );
  response.on("close", () => {
    // Once a push is confirmed it runs to its end although nobody listens: its refs move, so the board must hear.
    if (!response.writableFinished && !mayFinishAlone) stop(new Error("the client hung up"));
  });
  listenToHooks(child, options.push, () => {
    mayFinishAlone = true;
  });
  const complaint = collectComplaint(child);
  const [stdin, stdout] = [child.stdin, child.stdout];
  if (stdin === null || stdout === null) throw new Error("git http-backend has no pipes");
  void pipeline(request, sizeLimit(options, stop), stdin).catch(() => undefined);
  try {
    await Promise.all([sendAnswer(stdout, response), ended(child)]);
  } finally {
    clearTimeout(timer);
  }
  if (response.destroyed) return;
  if (stopped.because !== null) throw stopped.because;
  if (!response.headersSent) throw new Error(`git http-backend answered nothing: ${complaint()}`);
  response.end();
}

function settings({ hooksDirectory, push, maxRequestBytes }: BackendRequest): string[] {
  return [
    `core.hooksPath=${push === null ? "/dev/null" : hooksDirectory}`,
    "receive.fsckObjects=true",
    "receive.denyDeletes=true",
    "receive.autogc=false",
    `receive.maxInputSize=${maxRequestBytes}`,
    "receive.advertisePushOptions=false",
    "transfer.hideRefs=refs/merged",
    "transfer.hideRefs=refs/source",
    "transfer.hideRefs=refs/discarded",
    "uploadpack.allowFilter=true",
    "http.getanyfile=false",
  ];
}

function cgiVariables(request: IncomingMessage, options: BackendRequest): Record<string, string> {
  const { headers } = request;
  const protocol = String(headers["git-protocol"] ?? "");
  return {
    GATEWAY_INTERFACE: "CGI/1.1",
    GIT_PROJECT_ROOT: options.repositoryPath,
    PATH_INFO: `/${options.endpoint}`,
    GIT_HTTP_EXPORT_ALL: "1",
    REQUEST_METHOD: request.method ?? "GET",
    QUERY_STRING: options.query,
    CONTENT_TYPE: headers["content-type"] ?? "",
    HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
    REMOTE_USER: "entourage",
    ...(headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: headers["content-length"] }),
    ...(/^version=[0-2]$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {}),
  };
}

function listenToHooks(child: ChildProcess, push: PushRules | null, onConfirmed: () => void): void {
  const channel = child.stdio[3];
  if (!(channel instanceof Duplex)) return;
  if (push === null) channel.destroy();
  else guardPush(channel, { ...push, onConfirmed });
}

function sizeLimit(options: BackendRequest, stop: (error: Error) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= options.maxRequestBytes) return done(null, chunk);
      stop(options.tooLarge());
      done(options.tooLarge());
    },
  });
}

/** Writes the program's output as the response, its CGI header first, at the pace the client reads. */
async function sendAnswer(stdout: Readable, response: ServerResponse): Promise<void> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of stdout) {
    const piece: unknown = chunk;
    if (!Buffer.isBuffer(piece)) continue;
    let body = piece;
    if (head !== null) {
      head = Buffer.concat([head, body]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0 && head.length > HEADER_LIMIT_BYTES) throw new Error("the CGI header has no end");
      if (end < 0) continue;
      writeHeader(response, head.subarray(0, end).toString("latin1"));
      body = head.subarray(end + 4);
      head = null;
    }
    // With the client gone the output is still read, so that a confirmed push can end.
    if (!response.destroyed && !response.write(body)) await drained(response);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
}

function writeHeader(response: ServerResponse, text: string): void {
  let status = 200;
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    if (name === "status") status = Number.parseInt(value, 10);
    else if (name === "content-type" || name === "cache-control" || name === "content-length")
      response.setHeader(name, value);
  }
  response.setHeader("x-content-type-options", "nosniff");
  // The backend answers 5xx where a client sent nonsense; what really is our fault is known by an empty answer.
  response.writeHead(status >= 500 ? 400 : status);
}

function collectComplaint(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    text = (text + chunk.toString("utf8")).slice(-4096);
  });
  return () => text.trim();
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on("close", () => resolve());
    child.on("error", () => resolve());
  });
}
