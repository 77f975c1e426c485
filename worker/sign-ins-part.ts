import { pollSignIns } from "#server/provider-sign-ins/polling.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 1_000;

/** Asks providers whether the people who sign in there with a code have done so. */
export const signIns: Part = {
  name: "sign-ins",
  start({ runtime, log }) {
    const rounds = startRounds(log, async () => {
      await pollSignIns(runtime);
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    return Promise.resolve(async () => {
      clearInterval(timer);
      await rounds.stop();
    });
  },
};
