import { startSourceFetches } from "./jobs/fetch-repos.ts";
import { startDeliveries } from "./jobs/process-deliveries.ts";
import type { Part } from "./part.ts";

/** Makes of webhook deliveries what follows from them. */
export const webhooks: Part = {
  name: "webhooks",
  async start({ runtime, log }) {
    const deliveries = startDeliveries(runtime, { log });
    const fetches = startSourceFetches(runtime, { log });
    return async () => {
      await deliveries.stop();
      await fetches.stop();
    };
  },
};
