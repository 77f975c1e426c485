import type { Projections } from "../events/projection.ts";
import type { sandboxEvents } from "./events.ts";

/** What somebody had ended or emptied stands in the log alone, for the audit: what is there, its worker says. */
const keptInTheLog = () => Promise.resolve();

export const sandboxProjections: Projections<typeof sandboxEvents> = {
  "sandbox.stopped": keptInTheLog,
  "sandbox.removed": keptInTheLog,
  "cache.cleared": keptInTheLog,
};
