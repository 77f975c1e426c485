/** Where code runs that an agent wrote: gates now, sessions later. Each provider implements this one interface. */
export interface SandboxProvider {
  readonly name: "bubblewrap" | "docker" | "process";
  /** False where a run can see and touch everything the server can. */
  readonly isolated: boolean;
  available(): Promise<Availability>;
  /** Runs one command to its end. Rejects only for faults of ours; whatever the command does is a result. */
  run(request: SandboxRequest): Promise<SandboxResult>;
}

/**
 * Limits of memory and processes are kept by the kernel for a run as a whole (`cgroup`), or, where no group can be
 * made, memory is watched from outside and bubblewrap counts processes (`watched`), or not at all (macOS: `none`).
 */
export type Availability =
  | { ok: true; limits: "cgroup" | "watched" | "none" }
  | { ok: false; reason: string; howTo: string };

export interface SandboxRequest {
  /** The one directory the command may write; seen as `/work` where the provider isolates. */
  directory: string;
  /** Folders of the server that it may read, seen under their own paths. */
  readOnly?: string[];
  /** Further folders that it may write, each seen where it says. */
  writable?: { directory: string; target: string }[];
  /** An argument array, or text for `sh -c`. */
  command: string[] | string;
  /** All of the environment besides PATH, HOME, LANG and TMPDIR. Never a secret of the server. */
  env?: Record<string, string>;
  timeoutSeconds: number;
  /** Output kept in the result: the first quarter and the rest from the end, where failures stand. */
  outputLimitBytes: number;
  memoryMb: number;
  processLimit: number;
  network: "none";
  /** Called with output as it comes, up to the limit. */
  onOutput?: (text: string) => void;
  /** Stops the run. */
  signal?: AbortSignal;
}

export interface SandboxResult {
  /** Null when it did not end by itself. */
  exitCode: number | null;
  timedOut: boolean;
  outputTruncated: boolean;
  /** Standard output and error in the order they were written. */
  output: string;
  durationMs: number;
  /** Why it was stopped, where it was. */
  killedBy?: "timeout" | "memory" | "output" | "signal" | "abort";
}

/** A command that writes this many times its limit is stopped: nobody will read it, and reading it costs. */
export const FLOOD_FACTOR = 64;
