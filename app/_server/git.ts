import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./refuse.ts";

/** Serves `/api/git/<org>/<repo>.git`. Who may do what is decided by the repositories of the organization. */
export async function serveGit(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  refuse(response, "unavailable", "Git over HTTP is not served yet.");
}
