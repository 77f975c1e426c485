import { setTimeout as delay } from "node:timers/promises";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";

export interface Writing {
  orgs: readonly { orgId: string; teamId: string }[];
  writers: number;
  /** Each writer's share; without a rate it writes the next when the one before is committed. */
  each: number;
  perSecond?: number;
  /** Done in the same transaction, before its commit. */
  inside?: (context: Context) => Promise<unknown>;
}

/** Writers that record a message each time. @returns when each was committed, by the id of its request. */
export async function write(runtime: Runtime, { orgs, writers, each, perSecond, inside }: Writing) {
  const committed = new Map<string, number>();
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const org = orgs[writer % orgs.length];
      if (!org) throw new Error("no organization to write for");
      for (let index = 0; index < each; index++) {
        if (perSecond) {
          const dueMs = ((index * writers + writer) * 1_000) / perSecond;
          const waitMs = begun + dueMs - performance.now();
          if (waitMs > 0) await delay(waitMs);
        }
        const requestId = newId();
        await say(runtime, org, requestId, inside);
        committed.set(requestId, performance.timeOrigin + performance.now());
      }
    }),
  );
  return { committed, seconds: (performance.now() - begun) / 1_000 };
}

function say(
  runtime: Runtime,
  { orgId, teamId }: Writing["orgs"][number],
  requestId: string,
  inside: Writing["inside"],
): Promise<void> {
  return inTransaction(runtime, systemActor(orgId, "bench"), { requestId }, async (context) => {
    const data = { body: "A word in passing.", recipient: null };
    await record(context, "message.sent", [{ subject: newId(), team: teamId, task: null, data }]);
    await inside?.(context);
  });
}
