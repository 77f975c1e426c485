import { z } from "zod";
import { type Door, enter, explain, readJsonText, refusal, requestIdOf } from "../door.ts";
import { AppError } from "../errors.ts";
import { authorizeSubscription } from "./authorize.ts";
import type { PushClient } from "./pusher.ts";

const subscription = z.strictObject({ socket_id: z.string().max(50), channel_name: z.string().max(200) });

/**
 * Answers the question of a browser's Pusher client whether it may hear a channel: `{ socket_id, channel_name }` in
 * JSON (a form could be sent by another site), the signature out.
 */
export async function answerSubscription(door: Door, push: PushClient, request: Request): Promise<Response> {
  // Before anything is read: a revocation after this moment outruns the signature.
  const askedAt = new Date();
  const requestId = requestIdOf(request);
  try {
    const { actor, runtime } = await enter(door, request, requestId);
    const { socket_id: socketId, channel_name: channel } = parse(await readJsonText(request, 4_096));
    const signed = await authorizeSubscription(runtime, push, actor, { socketId, channel, askedAt, requestId });
    return Response.json(signed, { headers: { "cache-control": "no-store", "x-request-id": requestId } });
  } catch (error) {
    return refusal(explain(door, error, requestId));
  }
}

function parse(text: string): z.output<typeof subscription> {
  const parsed = subscription.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new AppError("invalid", 'Send {"socket_id": "…", "channel_name": "…"} as the realtime client has them.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
