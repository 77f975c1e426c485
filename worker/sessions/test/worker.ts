import { createLogger } from "#server/log.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { createProcessBoxes } from "#server/sandbox/process-boxes.ts";
import { openRuntime } from "#server/runtime.ts";
import { startSessions } from "../sessions.ts";

// A worker that drives sessions alone, to be killed. What it needs comes as JSON; it says when it is ready, and when it is
// asked, how many sessions it has.
const { config, web } = JSON.parse(process.argv[2] ?? "{}");
const runtime = await openRuntime("worker", config);
const boxes = openBoxes(runtime.settings).catch(() => createProcessBoxes(`${runtime.settings.dataDir}/boxes`));
const worker = startSessions({
  ...{ runtime, log: createLogger("worker"), web, openBoxes: () => boxes, installedAt: () => "/nowhere" },
});
process.on("message", () => process.send?.(worker.running()));
process.send?.("ready");
