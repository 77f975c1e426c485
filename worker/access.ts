import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import {
  endSockets,
  isSomeNodeApart,
  organizationsOf,
  peopleSignedOut,
  renameChannels,
} from "#server/realtime/access.ts";
import type { PushClient } from "#server/realtime/pusher.ts";

export interface AccessOptions {
  push: PushClient;
  isEmbedded: boolean;
  onError: (error: unknown) => void;
}

/** How far back it looks: longer than an authorization from before could still be presented. */
const windowSeconds = 150;
const pollMs = 2_000;

/**
 * Ends the sockets of people whose sign-in ended. A person who is signed in elsewhere too comes back at once by
 * themselves. (Who left an organization or a team is an event: the relay ends those before it tells what came after.)
 */
export function startAccess(runtime: Runtime, { push, isEmbedded, onError }: AccessOptions) {
  const handled = new Map<string, number>();
  let polledAt = 0;
  let busy = Promise.resolve();

  async function look(orgId: string | undefined): Promise<void> {
    const found = await inTransaction(runtime, systemActor(orgId ?? "", "access"), transaction(), (context) =>
      peopleSignedOut(context, orgId, windowSeconds),
    );
    const fresh = found.filter(({ signInId }) => !handled.has(signInId));
    if (fresh.length === 0) return;
    await end(fresh.map(({ userId }) => userId));
    // Only now: what failed is tried again by the next look.
    for (const { signInId } of fresh) handled.set(signInId, Date.now());
    for (const [signInId, at] of handled) if (at < Date.now() - 2 * windowSeconds * 1000) handled.delete(signInId);
  }

  async function end(userIds: readonly string[]): Promise<void> {
    if (isEmbedded && (await endSockets(push, new Set(userIds))) && !(await isApart())) return;
    const orgIds = await inTransaction(runtime, systemActor("", "access"), transaction(), (context) =>
      organizationsOf(context, userIds),
    );
    for (const orgId of orgIds) {
      const moved = await inTransaction(runtime, systemActor(orgId, "access"), transaction(), renameChannels);
      await push.triggerFrames(moved);
    }
  }

  const isApart = () =>
    inTransaction(runtime, systemActor("", "access"), transaction(), (context) => isSomeNodeApart(context));

  const off = runtime.wake.on("access_changed", (orgId) => {
    const isPoll = orgId === undefined;
    if (isPoll && Date.now() - polledAt < pollMs) return;
    if (isPoll) polledAt = Date.now();
    busy = busy.then(() => look(orgId)).catch(onError);
  });

  return {
    async stop(): Promise<void> {
      off();
      await busy;
    },
  };
}

const transaction = () => ({ requestId: `access-${newId()}`, system: true });
