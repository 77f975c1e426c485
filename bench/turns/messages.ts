import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";

/** What a process that starts work tells the bench: which piece of work started when. */
const report = z.object({ started: z.array(z.tuple([z.string(), z.number()])) });

/** Says it to the bench that started this process. */
export function told(message: z.infer<typeof report>): void {
  process.send?.(message);
}

/** Starts a process that takes work; resolves when it is ready. */
export async function startTaker(file: string, args: readonly string[]) {
  const child: ChildProcess = fork(join(import.meta.dirname, "..", file), args, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(child, "message");
  const started = new Map<string, number>();
  return {
    started,
    /** Fetches what has started since the last look. */
    async look(): Promise<void> {
      child.send("report");
      const [message] = await once(child, "message");
      for (const [name, at] of report.parse(message).started) started.set(name, at);
    },
    async stop(): Promise<void> {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
