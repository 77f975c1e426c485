import type { IncomingMessage } from "node:http";
import { AppError } from "#server/errors.ts";

export type GitService = "upload-pack" | "receive-pack";

/** One request of the smart HTTP protocol, read and checked. */
export interface GitRequest {
  org: string;
  repo: string;
  service: GitService;
  /** `info/refs`, `git-upload-pack` or `git-receive-pack`. */
  endpoint: string;
  query: string;
  username: string | null;
  password: string | null;
}

const SLUG = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?";
const PATH = new RegExp(`^/(${SLUG})/(${SLUG}?)\\.git/(info/refs|git-upload-pack|git-receive-pack)$`);

/** Reads `<prefix>/<org>/<repo>.git/…`; anything that is not smart git over HTTP is refused with a reason. */
export function parseGitRequest(request: IncomingMessage, prefix: string): GitRequest {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  const match = path.startsWith(prefix) ? PATH.exec(path.slice(prefix.length)) : null;
  const [, org, repo, endpoint] = match ?? [];
  if (org === undefined || repo === undefined || endpoint === undefined || path.includes("..")) {
    throw new AppError(
      "not_found",
      `There is no repository here. The address is ${prefix}/<organization>/<repository>.git`,
    );
  }
  const credentials = readCredentials(request.headers.authorization);
  return { org, repo, endpoint, ...readService(request, endpoint, query), ...credentials };
}

function readService(
  request: IncomingMessage,
  endpoint: string,
  query: string,
): { service: GitService; query: string } {
  if (endpoint === "info/refs") {
    if (request.method !== "GET") throw new AppError("invalid", "The list of refs is read with GET.");
    const service = new URLSearchParams(query).get("service");
    if (service === "git-upload-pack") return { service: "upload-pack", query: "service=git-upload-pack" };
    if (service === "git-receive-pack") return { service: "receive-pack", query: "service=git-receive-pack" };
    throw new AppError("forbidden", "Only the smart HTTP protocol is served. Use git 1.6.6 or newer.");
  }
  const service = endpoint === "git-upload-pack" ? "upload-pack" : "receive-pack";
  if (request.method !== "POST" || request.headers["content-type"] !== `application/x-${endpoint}-request`) {
    throw new AppError("invalid", `Send a POST with the content type application/x-${endpoint}-request.`);
  }
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "gzip" && encoding !== "x-gzip" && encoding !== "identity") {
    throw new AppError("invalid", "The body may be sent as it is or compressed with gzip.");
  }
  return { service, query: "" };
}

function readCredentials(header: string | undefined): { username: string | null; password: string | null } {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]{1,8192})$/i.exec(header ?? "")?.[1];
  const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return { username: null, password: null };
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
