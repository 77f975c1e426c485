import type { Actor, Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { parsePushName } from "../channels/push-name.ts";
import { mayHearChannel } from "../channels/service.ts";
import { mayHear, parseChannel } from "./channels.ts";
import { count, countFor } from "../tally.ts";
import type { PushClient } from "./pusher.ts";

export interface SubscriptionRequest {
  socketId: string;
  channel: string;
  /** When the request came in, before anything was read of the caller. */
  askedAt: Date;
  requestId: string;
}

/**
 * Signs a subscription of a signed-in person to a channel of theirs.
 * @throws AppError invalid for what no Pusher client sends, forbidden for channels that are foreign, unknown or of an
 * earlier epoch: all the same, so that nothing can be guessed.
 */
export async function authorizeSubscription(
  runtime: Runtime,
  push: Pick<PushClient, "authorizeChannel">,
  actor: Actor,
  { socketId, channel, askedAt, requestId }: SubscriptionRequest,
) {
  if (!/^\d{1,20}\.\d{1,20}$/.test(socketId)) {
    throw new AppError("invalid", "socket_id is the id that the realtime server gave the connection, such as 12.34.");
  }
  const isAllowed = await inTransaction(runtime, actor, { requestId, system: true }, (context) =>
    maySubscribe(context, channel),
  );
  if (!isAllowed) {
    count("realtimeDenials", "subscription");
    countFor(actor.orgId, "denied");
    throw new AppError(
      "forbidden",
      "You may not hear this channel now. realtime_channels names the ones of the moment.",
    );
  }
  return push.authorizeChannel({ socketId, channel, userId: actor.id, askedAt });
}

/** Channels of the log, and those that agents and people publish on; the name must be the one of the moment. */
async function maySubscribe(context: Context, name: string): Promise<boolean> {
  const { actor } = context;
  const ref = parseChannel(name);
  if (ref) return mayHear(context, actor, ref);
  const published = parsePushName(name);
  if (!published || !actor.permissions.has("channel:read")) return false;
  const organization = { kind: "org", scopeId: actor.orgId, epoch: published.orgEpoch } as const;
  return (await mayHear(context, actor, organization)) && (await mayHearChannel(context, published));
}
