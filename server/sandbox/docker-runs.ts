import { openBoxes } from "./open-boxes.ts";
import { runInBoxes } from "./run-in-box.ts";

/**
 * Single commands in containers. Loaded only where they are used: the bundle of the web process is kept free of what
 * talks to engines.
 */
export const openDockerRuns = async (settings: Parameters<typeof openBoxes>[0]) =>
  runInBoxes(await openBoxes(settings));
