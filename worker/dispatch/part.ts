import type { AgentRuntime } from "#db/enums.ts";
import type { Part } from "../part.ts";
import { startReaper } from "./reaper.ts";
import { type Driver, startTurns } from "./turns.ts";

/** What drives which runtime. Agents that come over MCP (`external`, `scripted`) drive themselves. */
const drivers: Partial<Record<AgentRuntime, Driver>> = {};

/** Gives work to the agents this worker drives, and frees what the dead hold. */
export const dispatch: Part = {
  name: "dispatch",
  async start({ runtime, log }) {
    const onError = (error: unknown) => log.error({ error }, "dispatch failed; it looks again in a moment");
    const turns = startTurns(runtime, { limit: runtime.config.turnsPerWorker, drivers, onError });
    const reaper = startReaper(runtime, { onError });
    return async () => {
      reaper.stop();
      await turns.stop();
    };
  },
};
