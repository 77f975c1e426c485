import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, errorCodes } from "#server/errors.ts";
import { asAppError } from "#server/failure.ts";
import { runHttpBackend } from "./http-backend.ts";
import { type GitService, parseGitRequest } from "./http-request.ts";
import type { PushRules } from "./push-guard.ts";

/** What somebody may do with a repository, decided by the caller of `handleGitRequest`. */
export interface GitAccess {
  /** The bare repository on disk. */
  repositoryPath: string;
  /** Absent: fetch only. Its functions know who is pushing; they are asked again when the refs are about to move. */
  push?: Pick<PushRules, "allowedRefs" | "confirm" | "pushed" | "onRefused">;
}

export interface GitCaller {
  org: string;
  repo: string;
  service: GitService;
  /** Null when the request carries no (readable) credentials. */
  username: string | null;
  password: string | null;
  ip: string | null;
}

export interface GitHttpOptions {
  /** Says what the caller may do, or throws an `AppError`. */
  authorize: (caller: GitCaller) => Promise<GitAccess>;
  /** Where `installHooks` put our hooks. */
  hooksDirectory: string;
  /** The path before `/<org>/<repo>.git`; `/api/git` by default. */
  prefix?: string;
  /** The caller's address where a trusted proxy stands before us. */
  ip?: string;
  /** The longest one request may take; 15 minutes by default. */
  timeoutSeconds?: number;
  /** The most that one push may send; 1 GiB by default. */
  maxRequestBytes?: number;
  /** Faults of ours, for the log. The caller reads only "internal error". */
  onError?: (error: unknown) => void;
}

/** Serves clone, fetch and push by streaming between the client and `git http-backend`. Always answers. */
export async function handleGitRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: GitHttpOptions,
): Promise<void> {
  try {
    const { endpoint, query, ...call } = parseGitRequest(request, options.prefix ?? "/api/git");
    const limit = options.maxRequestBytes ?? 1024 ** 3;
    if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
    const access = await options.authorize({ ...call, ip: options.ip ?? request.socket.remoteAddress ?? null });
    if (call.service === "receive-pack" && access.push === undefined) {
      throw new AppError("forbidden", "You may fetch from this repository, but not push to it.");
    }
    await runHttpBackend(request, response, {
      ...{ endpoint, query, repositoryPath: access.repositoryPath, hooksDirectory: options.hooksDirectory },
      push: access.push === undefined ? null : { ...access.push, onError: options.onError },
      timeoutSeconds: options.timeoutSeconds ?? 900,
      maxRequestBytes: limit,
      tooLarge: () => tooLarge(limit),
    });
  } catch (error) {
    const known = error instanceof AppError ? error : asAppError(error);
    if (!known) options.onError?.(error);
    refuse(request, response, known ?? error);
  }
}

/** git shows a plain-text body to its user, line by line after `remote:`. */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof AppError ? error : null;
  const status = known === null ? 500 : errorCodes[known.code].http;
  const wait = known?.details?.retryAfterSeconds;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 401 ? { "www-authenticate": 'Basic realm="Entourage", charset="UTF-8"' } : {}),
    ...(typeof wait === "number" ? { "retry-after": String(Math.ceil(wait)) } : {}),
    // The rest of an upload that is refused is not read.
    ...(request.complete || request.method === "GET" ? {} : { connection: "close" }),
  });
  response.end(`${known?.message ?? "internal error"}\n`);
}

function tooLarge(limit: number): AppError {
  return new AppError("too_large", `This is too much for one push: at most ${limit} bytes. Push in smaller parts.`);
}
