import { tellGroups } from "#server/security/telling.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 30_000;

/** Tells the audit together what was refused again and again. */
export const refusals: Part = {
  name: "refusals",
  start({ runtime, log }) {
    const rounds = startRounds(log, async () => {
      await tellGroups(runtime);
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    return Promise.resolve(async () => {
      clearInterval(timer);
      await rounds.stop();
    });
  },
};
