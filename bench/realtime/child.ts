import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { z } from "zod";
import { connectPusher } from "#server/realtime/pusher.ts";

const started = z.object({ port: z.number() });
const usage = z.object({ cpuMicros: z.number(), rssBytes: z.number() });

/** A server under measure as a process of its own, with the signed client of the product. */
export async function startServer(...args: string[]) {
  const child: ChildProcess = fork(new URL("./server.ts", import.meta.url), args, { execArgv: ["--expose-gc"] });
  const { port } = started.parse((await once(child, "message")).at(0));
  const push = connectPusher({
    appId: "1",
    key: "bench",
    secret: "bench-secret",
    host: "127.0.0.1",
    port,
    useTLS: false,
  });
  return {
    child,
    port,
    push,
    async usage() {
      child.send("usage");
      return usage.parse((await once(child, "message")).at(0));
    },
    async stop() {
      push.close();
      child.disconnect();
      await once(child, "exit");
    },
  };
}
