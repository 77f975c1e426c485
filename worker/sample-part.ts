import { fork } from "node:child_process";
import { join } from "node:path";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { finishSample, takeSample } from "#server/samples/service.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const script = join(import.meta.dirname, "..", "scripts", "demo.ts");

/** Runs the sample where somebody pressed the button: the same program as `npm run demo`, one at a time. */
export const sample: Part = {
  name: "sample",
  async start({ runtime, log, signal }) {
    const options = { requestId: `sample-${newId()}`, system: true };
    const rounds = startRounds(log, async () => {
      for (;;) {
        const orgId = signal.aborted
          ? undefined
          : await inTransaction(runtime, systemActor("", "sample"), options, takeSample);
        if (!orgId) return;
        const error = await runDemo(orgId, signal);
        if (error) log.warn({ orgId, error }, "the sample did not end well");
        await inTransaction(runtime, systemActor(orgId, "sample"), options, (context) => finishSample(context, error));
      }
    });
    const off = runtime.wake.on("task_status_changed", rounds.ask);
    return async () => {
      off();
      await rounds.stop();
    };
  },
};

/** @returns what it complained about, or null. */
function runDemo(orgId: string, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const child = fork(script, ["--org", orgId], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      signal,
      killSignal: "SIGTERM",
    });
    let complaint = "";
    child.stderr?.on("data", (data: Buffer) => {
      complaint = `${complaint}${data.toString()}`.slice(-2_000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code) => resolve(code === 0 ? null : complaint.trim() || `it ended with ${code}`));
  });
}
