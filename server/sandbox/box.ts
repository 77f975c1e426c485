import type { Duplex, Readable, Writable } from "node:stream";
import { AppError } from "../errors.ts";
import type { Availability } from "./sandbox.ts";

/** To be thrown by providers for whatever is asked of a box that is not up, or goes down at this moment. */
export const notRunning = () => new AppError("conflict", "This sandbox does not run. It can be started.");

/** A sandbox that stays: several programs run in it, together, until it is stopped. */
export interface BoxProvider {
  readonly name: "bubblewrap" | "docker" | "process";
  /** False where programs can see and touch everything the server can. */
  readonly isolated: boolean;
  available(): Promise<Availability>;
  /** Writes down what the box is. The same id again changes nothing. */
  create(spec: BoxSpec): Promise<void>;
  /**
   * Brings it up with its services; again is no fault. Throws AppError `not_found` (never created) or `unavailable`
   * with the reason in words.
   */
  start(id: string): Promise<void>;
  /**
   * Asks the programs to end, and after a moment ends them: no process is left. Also of an unknown box. `own`: only the one
   * that this process brought up; what another has brought up under the same id since then goes on.
   */
  stop(id: string, options?: { own?: boolean }): Promise<void>;
  /** Stops it and forgets it. Workspace and home stay: they belong to the caller. */
  remove(id: string): Promise<void>;
  /** What is really there, whichever process made it. `failed` is one that ended unasked. */
  list(): Promise<BoxFound[]>;
  /** Ends what a killed worker left running, then lists. A box lives and ends with the process that started it. */
  reconcile(): Promise<BoxFound[]>;
  /** What the two folders are called inside (without isolation: what they are called here). */
  foldersInside(spec: Pick<BoxSpec, "workspace" | "home">): { workspace: string; home: string };
  /**
   * Starts a program beside the others. A program that is not there exits with 127, as in a shell. Throws AppError
   * `conflict` where the box does not run.
   */
  spawn(id: string, command: BoxCommand): Promise<BoxProcess>;
  /** A stream to a TCP port of loopback that something inside listens on (previews). AppError `unavailable`: nothing does. */
  connect(id: string, port: number): Promise<Duplex>;
  /** What the whole box uses now; null where it does not run. */
  usage(id: string): Promise<BoxUsage | null>;
}

export interface BoxSpec {
  id: string;
  /** Folder on the host, seen as `/work`, where programs start. */
  workspace: string;
  /** What runs in it reads the workspace and cannot change it (without isolation: it is asked not to). */
  isReadOnly?: boolean;
  /** Folder on the host, seen as `/home/agent`. It outlives the box, so an agent can go on with its conversation. */
  home: string;
  /** Further folders of the host, readable under their own path: programs of agents, shared objects of a repository. */
  readOnly?: string[];
  /** Further folders of the host that may be written, each seen where it says (without isolation: where it is). */
  writable?: { directory: string; target: string }[];
  /** Services of ours inside: a loopback port there leads to a unix socket here, which listens before `start`. */
  services: { port: number; socket: string }[];
  /** Of every program in it, besides PATH, HOME, LANG and TMPDIR. Never a secret of the server. */
  env: Record<string, string>;
  limits: BoxLimits;
  labels: Record<string, string>;
  /** Of the docker provider; without it the one of the settings. */
  image?: string;
}

/** Over all programs of a box together. `diskMb`: workspace and home. */
export interface BoxLimits {
  memoryMb: number;
  cpus: number;
  processes: number;
  diskMb: number;
}

export interface BoxFound {
  id: string;
  status: "created" | "running" | "stopped" | "failed";
  labels: Record<string, string>;
  limits: BoxLimits;
  /** Why it failed, in words; of one that runs, why what was in it was ended. */
  reason?: string;
}

export interface BoxCommand {
  args: string[];
  env?: Record<string, string>;
  /** Path inside; without it `/work`. */
  cwd?: string;
  /** Gives it a terminal of this size; output and errors then are one stream. */
  tty?: { rows: number; cols: number };
}

export interface BoxProcess {
  stdin: Writable;
  stdout: Readable;
  /** Null with a terminal. */
  stderr: Readable | null;
  resize(rows: number, cols: number): void;
  /** To the program and what it started in its process group. Without a signal SIGTERM. */
  kill(signal?: NodeJS.Signals): void;
  /** Never rejects. The exit code is null where a signal ended it. */
  exited: Promise<BoxExit>;
}

export interface BoxExit {
  exitCode: number | null;
  /** `memory`, `disk`: the box was over its limit. `stopped`: the box ended, or the connection to it. */
  killedBy?: "memory" | "disk" | "signal" | "stopped";
}

export interface BoxUsage {
  memoryBytes: number;
  processes: number;
  cpuSeconds: number;
}
