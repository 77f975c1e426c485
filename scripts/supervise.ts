import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "#server/log.ts";
import { followLines, type LineSink } from "./log-lines.ts";

const LONGEST_PAUSE_MILLISECONDS = 2000;
/** A child that lived this long has recovered: the next death is restarted at once again. */
const STABLE_MILLISECONDS = 20_000;

export type Program = { name: string; file: string; environment: Record<string, string>; stopSeconds: number };

export type Supervised = {
  /** Resolves when the program has said that it is ready, for the first time. */
  ready: Promise<void>;
  restarts(): number;
  /** Ends the child and lets a new one start at once: its code changed. */
  restart(): void;
  stop(): Promise<void>;
};

/**
 * Runs a program for as long as we live, restarting it when it dies. It stands in a process group of its own, so that
 * Ctrl-C reaches us alone and we decide the order; over its IPC channel it notices when we are gone.
 */
export function supervise(program: Program, log: Logger, sink: LineSink): Supervised {
  const { name } = program;
  let child: ChildProcess | undefined;
  let stopping = false;
  let restarts = 0;
  let wanted = false;
  const readiness = Promise.withResolvers<void>();

  const run = async () => {
    for (let failures = 0; !stopping; ) {
      const begun = Date.now();
      child = startChild(program, sink);
      child.on("message", (message) => message === "ready" && readiness.resolve());
      await once(child, "exit");
      const { exitCode: code, signalCode: signal } = child;
      killGroup(child); // Whatever it had started goes with it.
      if (stopping) return;
      restarts++;
      failures = wanted || Date.now() - begun > STABLE_MILLISECONDS ? 0 : failures + 1;
      const pauseMilliseconds = failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MILLISECONDS, 50 * 2 ** failures);
      if (!wanted) log.warn({ code, signal, restarts, pauseMilliseconds }, `${name} ended and is started again`);
      wanted = false;
      if (failures === 6)
        readiness.reject(new Error(`${name} does not start; its last words are above and in the logs folder.`));
      await delay(pauseMilliseconds);
    }
  };
  const running = run();
  running.catch(readiness.reject);

  return {
    ready: readiness.promise,
    restarts: () => restarts,
    restart() {
      wanted = true;
      child?.kill("SIGTERM");
    },
    async stop() {
      stopping = true;
      child?.kill("SIGTERM");
      const patience = new AbortController();
      const giveUp = delay(program.stopSeconds * 1000, undefined, { signal: patience.signal }).then(
        () => child && killGroup(child),
        () => {},
      );
      await running;
      patience.abort();
      await giveUp;
    },
  };
}

function startChild({ name, file, environment }: Program, sink: LineSink): ChildProcess {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--enable-source-maps", file], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  if (child.stdout) followLines(child.stdout, name, sink);
  if (child.stderr) followLines(child.stderr, name, sink);
  return child;
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is already empty.
  }
}
