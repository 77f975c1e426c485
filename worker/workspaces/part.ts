import type { Part } from "../part.ts";
import { startCleaning } from "./clean.ts";
import { startMaking } from "./make.ts";

/** Working copies: made, set up, measured, and deleted when nobody wants them any more. */
export const workspaces: Part = {
  name: "workspaces",
  async start({ runtime, log, signal }) {
    const making = startMaking(runtime, { log, signal });
    const cleaning = startCleaning(runtime, { log });
    return async () => {
      await cleaning.stop();
      await making.stop();
    };
  },
};
