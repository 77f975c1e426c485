import { trimChannels } from "#server/channels/delivery.ts";
import { giveMissingHandles, organizationsWithoutHandles } from "#server/channels/handles.ts";
import { type Context, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Part } from "../part.ts";
import { startRounds } from "../rounds.ts";

const trimMs = 30_000;
const handlesMs = 5_000;

/** Gives everybody who came a handle, and removes messages that are past their time. */
export const channels: Part = {
  name: "channels",
  async start({ runtime, log, signal }) {
    const inOrg = <Result>(orgId: string, work: (context: Context) => Promise<Result>) =>
      inTransaction(
        runtime,
        systemActor(orgId, "channels"),
        { requestId: `channels-${newId()}`, system: orgId === "" },
        work,
      );
    const handles = startRounds(log, async () => {
      for (const orgId of await inOrg("", organizationsWithoutHandles)) await inOrg(orgId, giveMissingHandles);
    });
    const trim = startRounds(log, async () => {
      while (!signal.aborted && (await inOrg("", (context) => trimChannels(context))));
    });
    let lookedAt = 0;
    // The poll looks as well, less often.
    const off = runtime.wake.on("access_changed", (orgId) => {
      if (orgId === undefined && Date.now() - lookedAt < handlesMs) return;
      lookedAt = Date.now();
      handles.ask();
    });
    const timer = setInterval(trim.ask, trimMs);
    return async () => {
      off();
      clearInterval(timer);
      await handles.stop();
      await trim.stop();
    };
  },
};
