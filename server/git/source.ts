import { realpath } from "node:fs/promises";
import { isAbsolute, sep } from "node:path";
import { AppError } from "#server/errors.ts";
import { readCommit } from "./history.ts";
import { isBranchName, isCommitId, requireBranchName, requireCommitId } from "./names.ts";
import { GitError, type GitOptions, git } from "./run.ts";
import { type CloneUrl, type CloneUrlRules, guardCloneUrl } from "./url.ts";

/** Where a repository came from. Made only by `openSource`, again before each use, so the checks are never stale. */
export type GitSource =
  | { kind: "local"; path: string }
  | { kind: "remote"; remote: CloneUrl; credential: SourceCredential | null; caFile: string | null };

export interface SourceCredential {
  username: string;
  password: string;
}

export interface SourceRules extends CloneUrlRules {
  /** Folders under which a local path may lie; none by default. */
  allowedRoots?: string[];
  credential?: SourceCredential;
  /** Certificates (PEM) of a company's own authority. */
  caFile?: string;
}

/** History of the wild has these flaws; they are harmless and cannot be mended by whoever imports it. */
const OLD_FLAWS = [
  "zeroPaddedFilemode",
  "missingSpaceBeforeDate",
  "badTimezone",
  "missingSpaceBeforeEmail",
  "missingEmail",
];

/** Checks a clone URL or local path and returns a source that the functions below may connect to. */
export async function openSource(urlOrPath: string, rules: SourceRules = {}): Promise<GitSource> {
  if (isAbsolute(urlOrPath)) return { kind: "local", path: await allowedPath(urlOrPath, rules.allowedRoots ?? []) };
  const remote = await guardCloneUrl(urlOrPath, rules);
  return { kind: "remote", remote, credential: rules.credential ?? null, caFile: rules.caFile ?? null };
}

/** What the source offers: its default branch (null when it is empty) and its branches. */
export async function inspectSource(
  source: GitSource,
): Promise<{ defaultBranch: string | null; branches: Map<string, string> }> {
  const text = await askSource(source, ["ls-remote", "--symref", "--", address(source)], {});
  const branches = new Map<string, string>();
  let defaultBranch: string | null = null;
  for (const line of text.split("\n")) {
    const [value = "", name = ""] = line.split("\t");
    const branch = name.replace(/^refs\/heads\//, "");
    if (name === "HEAD" && value.startsWith("ref: refs/heads/")) defaultBranch = value.slice("ref: refs/heads/".length);
    if (branch !== name && isBranchName(branch) && isCommitId(value)) branches.set(branch, value);
  }
  return { defaultBranch: defaultBranch !== null && branches.has(defaultBranch) ? defaultBranch : null, branches };
}

/**
 * Fetches a branch of the source and its tags. No branch of ours moves: the commit is returned (null when the source
 * has no such branch), and `advanceBranch` takes it over.
 */
export async function fetchFromSource(
  repository: string,
  source: GitSource,
  request: { branch: string; timeoutSeconds?: number },
): Promise<string | null> {
  const branch = requireBranchName(request.branch);
  const { branches } = await inspectSource(source);
  if (!branches.has(branch)) return null;
  const kept = `refs/source/heads/${branch}`;
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance"];
  const refs = [`+refs/heads/${branch}:${kept}`, "+refs/tags/*:refs/tags/*"];
  await askSource(source, ["fetch", ...flags, "--", address(source), ...refs], {
    repository,
    timeoutSeconds: request.timeoutSeconds ?? 600,
    settings: OLD_FLAWS.map((flaw) => `fetch.fsck.${flaw}=warn`),
  });
  return readCommit(repository, kept);
}

export type SourcePush =
  | { outcome: "pushed" | "up_to_date" }
  /** The source has commits that we do not: fetch and start over. */
  | { outcome: "moved" }
  /** The source does not want this push (a protected branch, a checked-out one, a hook). */
  | { outcome: "refused"; message: string };

/** Brings a landed commit to the source's branch. Never forced. */
export async function pushToSource(
  repository: string,
  source: GitSource,
  request: { branch: string; commit: string; timeoutSeconds?: number },
): Promise<SourcePush> {
  const ref = `${requireCommitId(request.commit)}:refs/heads/${requireBranchName(request.branch)}`;
  const report = await askSource(source, ["push", "--porcelain", "--no-verify", "--", address(source), ref], {
    repository,
    timeoutSeconds: request.timeoutSeconds ?? 600,
    acceptedExitCodes: [1],
  });
  const line = report.split("\n").find((text) => /^[ +*=!-]\t/.test(text)) ?? "";
  if (line.startsWith("=")) return { outcome: "up_to_date" };
  if (line.startsWith(" ") || line.startsWith("*")) return { outcome: "pushed" };
  const reason = /\(([^()]*(?:\([^()]*\))?[^()]*)\)\s*$/.exec(line)?.[1] ?? "";
  if (/non-fast-forward|fetch first|stale info|needs force|failed to update ref|cannot lock/.test(reason)) {
    return { outcome: "moved" };
  }
  return { outcome: "refused", message: `The source refused the push: ${reason || "no reason given"}.` };
}

async function askSource(source: GitSource, args: string[], options: GitOptions): Promise<string> {
  const connection = connectionTo(source);
  const settings = [...(options.settings ?? []), ...connection.settings];
  try {
    return (await git(args, { ...options, env: connection.env, settings })).stdout.toString("utf8");
  } catch (error) {
    throw error instanceof GitError ? explained(error) : error;
  }
}

function connectionTo(source: GitSource): { settings: string[]; env: Record<string, string> } {
  if (source.kind === "local") return { settings: [], env: { GIT_ALLOW_PROTOCOL: "file" } };
  const { protocol, host, port, addresses } = source.remote;
  if (protocol === "ssh")
    return { settings: [], env: { GIT_ALLOW_PROTOCOL: "ssh", GIT_SSH_COMMAND: sshCommand(source.remote) } };
  const pinned = addresses.map((address) => (address.includes(":") ? `[${address}]` : address)).join(",");
  const settings = [`http.curloptResolve=${host}:${port}:${pinned}`, "http.lowSpeedLimit=100", "http.lowSpeedTime=60"];
  if (source.caFile !== null) settings.push(`http.sslCAInfo=${source.caFile}`);
  return { settings, env: { GIT_ALLOW_PROTOCOL: "https", ...credentialEnvironment(source) } };
}

/** By environment and not by argument: other users of the machine can read arguments. */
function credentialEnvironment(source: Extract<GitSource, { kind: "remote" }>): Record<string, string> {
  if (source.credential === null) return {};
  const { username, password } = source.credential;
  const basic = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `http.${source.remote.url}.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

/** Connects to the checked address while host keys stay filed under the name. Host and address are checked words. */
function sshCommand({ host, addresses }: CloneUrl): string {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=accept-new",
    `HostName=${addresses[0]}`,
    `HostKeyAlias=${host}`,
  ];
  return `ssh -F /dev/null ${options.map((option) => `-o ${option}`).join(" ")}`;
}

function address(source: GitSource): string {
  return source.kind === "local" ? source.path : source.remote.url;
}

async function allowedPath(path: string, allowedRoots: string[]): Promise<string> {
  const real = await realpath(path).catch(() => null);
  const roots = await Promise.all(allowedRoots.map((root) => realpath(root).catch(() => null)));
  const inside = real !== null && roots.some((root) => root !== null && (real === root || real.startsWith(root + sep)));
  // One answer for "missing" and "not allowed", so nobody can look around on the server by asking.
  if (!inside) throw new AppError("invalid", "This path is not a repository under a folder the server's owner allows.");
  return real;
}

function explained(error: GitError): AppError {
  const { stderr } = error;
  if (error.reason === "timeout")
    return new AppError("unavailable", "The source did not answer in time. Try again later.");
  if (
    /Authentication failed|could not read (Username|Password)|HTTP 40[13]|error: 40[13]|Permission denied/i.test(stderr)
  ) {
    return new AppError(
      "forbidden",
      "The source refused the server. Store a credential that may read (and push) there.",
    );
  }
  if (/dubious ownership/.test(stderr)) {
    return new AppError("forbidden", "The folder belongs to another user than the server runs as.");
  }
  if (/not found|does not appear to be a git repository|error: 404/i.test(stderr)) {
    return new AppError("not_found", "There is no git repository at the source.");
  }
  if (/transport '.*' not allowed/.test(stderr))
    return new AppError("invalid", "The source uses a protocol that is not allowed.");
  const last = stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
  return new AppError("unavailable", `The source could not be reached: ${last}`);
}
