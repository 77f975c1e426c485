import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "#server/errors.ts";
import { gitAccess } from "#server/git/access.ts";
import { installHooks } from "#server/git/hooks.ts";
import { handleGitRequest } from "#server/git/http.ts";
import { hooksDirectory } from "#server/repos/queries.ts";
import { type OpenRuntime, webRuntime } from "#server/runtime.ts";
import { refuse } from "./refuse.ts";

/** Serves `/api/git/<org>/<repo>.git`. Who may do what is decided by the repositories of the organization. */
export async function serveGit(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const runtime = await prepared().catch(() => undefined);
  if (!runtime) return refuse(response, "unavailable", "The server is not ready. Try again in a moment.");
  const ip = String(request.headers["x-forwarded-for"] ?? request.socket.remoteAddress);
  await handleGitRequest(request, response, {
    authorize: limitGuesses(runtime, ip),
    hooksDirectory: hooksDirectory(runtime.settings),
    // The front door has replaced what the client said of itself.
    ip,
    onError: (error) =>
      runtime.log.error({ error, requestId: response.getHeader("x-request-id") }, "git request failed"),
  });
}

/** Wrong keys count against the address; git's own first request, which carries none, does not. */
function limitGuesses(runtime: OpenRuntime, ip: string): ReturnType<typeof gitAccess> {
  const access = gitAccess(runtime);
  return async (caller) => {
    try {
      return await access(caller);
    } catch (error) {
      const guessed = error instanceof AppError && error.code === "unauthenticated" && caller.password !== null;
      if (guessed) await runtime.rates.admit({ ip });
      throw error;
    }
  };
}

let ready: Promise<OpenRuntime> | undefined;

/** Without its hooks a repository would take any push, so they are in place before the first request. */
function prepared(): Promise<OpenRuntime> {
  ready ??= webRuntime()
    .then(async (runtime) => {
      await installHooks(hooksDirectory(runtime.settings));
      return runtime;
    })
    .catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
  return ready;
}
