import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";

const heard = z.object({ id: z.string(), at: z.number(), isGap: z.boolean() });
export type Heard = z.infer<typeof heard>;

/** Starts a subscriber of a channel; resolves when it is subscribed. */
export async function startListener(dataDir: string, port: number, channel: string) {
  const child = fork(join(import.meta.dirname, "listener.ts"), [dataDir, String(port), channel], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  await once(child, "message");
  const all = new Map<string, number>();
  const seen = { gaps: 0, twice: 0 };
  return {
    all,
    seen,
    /** Fetches what was heard since the last look. */
    async look(): Promise<void> {
      child.send("report");
      const [message] = await once(child, "message");
      for (const { id, at, isGap } of z.array(heard).parse(message)) {
        if (all.has(id)) seen.twice++;
        if (isGap) seen.gaps++;
        all.set(id, at);
      }
    },
    async stop(): Promise<void> {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
