import { monitorEventLoopDelay } from "node:perf_hooks";
import { createLogger } from "#server/log.ts";
import { openRuntime } from "#server/runtime.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { startSessions } from "#worker/sessions/sessions.ts";

// A worker that drives sessions alone, and tells how it feels when it is asked to.
const runtime = await openRuntime("worker", JSON.parse(process.argv[2] ?? "{}"));
const boxes = openBoxes(runtime.settings);
startSessions({
  ...{ runtime, log: createLogger("worker"), web: "http://127.0.0.1:1" },
  ...{ openBoxes: () => boxes, installedAt: () => "" },
});
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
process.on("message", () => {
  globalThis.gc?.();
  process.send?.({ rss: process.memoryUsage().rss, delay: loop.percentile(99) / 1e6, most: loop.max / 1e6 });
  loop.reset();
});
process.send?.("ready");
