import { installedAgent } from "#server/agent-installs/finding.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import type { Part } from "../part.ts";
import { startSessions } from "./sessions.ts";

/** Of the time a stopping worker has, what ending agents and the parts after this one take. */
const secondsToEnd = 2;

/** Drives the sessions in which agents of ours work, each in a sandbox of its own. */
export const sessions: Part = {
  name: "sessions",
  start({ runtime, log }) {
    const { settings, config } = runtime;
    let boxes: ReturnType<typeof openBoxes> | undefined;
    const running = startSessions({
      ...{ runtime, log, web: `http://127.0.0.1:${config.port}` },
      // One that failed is tried again by the next session: somebody may have installed what was missing.
      openBoxes: () => {
        boxes ??= openBoxes(settings).catch((error: unknown) => {
          boxes = undefined;
          throw error;
        });
        return boxes;
      },
      drainSeconds: Math.max(0, config.drainSeconds - secondsToEnd),
      installedAt: (kind) => installedAgent(settings.dataDir, kind) ?? "",
    });
    return Promise.resolve(() => running.stop());
  },
};
