import { spawn } from "node:child_process";

/**
 * Settings every command gets: no hook, no file-system monitor, no helper program, no background gc. Repositories
 * here are the server's own, whoever owns the folder they lie in, hence `safe.directory`.
 */
const SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.attributesFile=/dev/null",
  "core.quotePath=false",
  // Several processes may race for a ref; the loser waits for the answer instead of failing on the lock.
  "core.filesRefLockTimeout=10000",
  "credential.helper=",
  "protocol.ext.allow=never",
  "http.followRedirects=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "safe.directory=*",
];

export interface GitOptions {
  /** The bare repository the command is about; absent for `init` and `ls-remote`. */
  repository?: string;
  /** Bytes for the command's standard input. */
  input?: string | Buffer;
  /** Added to (or over) the clean environment. */
  env?: Record<string, string>;
  /** Extra `-c key=value` settings. */
  settings?: string[];
  workingDirectory?: string;
  /** Exit codes that are answers, not failures. */
  acceptedExitCodes?: number[];
  timeoutSeconds?: number;
  outputLimitBytes?: number;
  /** What happens at the limit: an error, or the output so far with `truncated`. */
  atOutputLimit?: "fail" | "cut";
}

export interface GitResult {
  stdout: Buffer;
  stderr: string;
  exitCode: number;
  truncated: boolean;
}

/** A git command that failed. It is a fault of ours or of the repository; a caller's faults are `AppError`s. */
export class GitError extends Error {
  readonly reason: "exit" | "timeout" | "output" | "spawn";
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(command: string, reason: GitError["reason"], exitCode: number | null, stderr: string) {
    super(`git ${command} failed (${reason}${exitCode === null ? "" : ` ${exitCode}`}): ${stderr.trim().slice(-2000)}`);
    this.name = "GitError";
    this.reason = reason;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The whole environment of every git process: nothing of the server's own (keys, proxies, the user's settings). */
export function gitEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    NODE_ENV: "production",
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    XDG_CONFIG_HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "https:ssh",
    GIT_LITERAL_PATHSPECS: "1",
    // refs/replace would show a reviewer something else than what is merged.
    GIT_NO_REPLACE_OBJECTS: "1",
    ...extra,
  };
}

/** The `-c` arguments of every git process, with more where a command needs them. */
export function gitSettings(extra: string[] = []): string[] {
  return [...SETTINGS, ...extra].flatMap((setting) => ["-c", setting]);
}

/** Runs one git command by argument array. Never a shell, never without an end. */
export function git(args: string[], options: GitOptions = {}): Promise<GitResult> {
  const limit = options.outputLimitBytes ?? 64 * 1024 * 1024;
  const command = args[0] ?? "";
  const location = options.repository === undefined ? [] : [`--git-dir=${options.repository}`];
  return new Promise((resolve, reject) => {
    const child = spawn("git", [...gitSettings(options.settings), ...location, ...args], {
      env: gitEnvironment(options.env),
      cwd: options.workingDirectory ?? options.repository ?? "/",
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const stdout: Buffer[] = [];
    let stdoutBytes = 0;
    let stderr = "";
    let stopped: "timeout" | "output" | undefined;
    // The whole group: a fetch is three processes, and git does not always take its children along.
    const stop = (reason: "timeout" | "output") => {
      stopped ??= reason;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => stop("timeout"), (options.timeoutSeconds ?? 60) * 1000);

    child.stdout.on("data", (chunk: Buffer) => {
      if (stdoutBytes + chunk.length > limit) stop("output");
      if (stdoutBytes < limit) stdout.push(chunk.subarray(0, limit - stdoutBytes));
      stdoutBytes += chunk.length;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-64 * 1024);
    });
    // A command may end without reading its input; its exit code tells the story, not EPIPE.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);

    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new GitError(command, "spawn", null, error.message));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const result = { stdout: Buffer.concat(stdout), stderr, exitCode: code ?? -1, truncated: stopped === "output" };
      if (stopped === "timeout") reject(new GitError(command, "timeout", null, stderr));
      else if (stopped === "output" && options.atOutputLimit !== "cut") {
        reject(new GitError(command, "output", null, `more than ${limit} bytes`));
      } else if (stopped === undefined && code !== 0 && !options.acceptedExitCodes?.includes(code ?? -1)) {
        reject(new GitError(command, "exit", code, stderr));
      } else resolve(result);
    });
  });
}

/** The standard output of a command as text, without the last line break. */
export async function gitText(args: string[], options: GitOptions = {}): Promise<string> {
  return (await git(args, options)).stdout.toString("utf8").replace(/\n$/, "");
}

/** Ends a process that was started `detached`, with everything it started itself. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
