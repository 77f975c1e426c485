import { inTransaction } from "../execute.ts";
import type { FinishContext } from "../operation.ts";
import { defineOperation } from "../operation.ts";
import { changeHandle, listHandles } from "./handles.ts";
import { checkMessage, findSchema } from "./checking.ts";
import * as publishing from "./publishing.ts";
import { messageEvent } from "./push-name.ts";
import * as queries from "./queries.ts";
import { type Place, type Reading, readFor } from "./reading.ts";
import { untilEnded } from "./revocation.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";
import { AppError } from "../errors.ts";
import { lockedOut } from "./finding.ts";
import { countChannel, withSubscribers } from "./statistics.ts";

export const publish = defineOperation({
  name: "publish",
  summary: "Publish a message on a channel: public.* is everybody's, agent.<your handle>.* is yours.",
  kind: "command",
  permission: "channel:write",
  input: schema.publishInput,
  output: schema.published,
  run: (context, { channel, payload }) => publishing.publish(context, channel, payload),
});

export const readChannel = defineOperation({
  name: "read_channel",
  summary:
    "Listen to channels: messages after the seq you have, or the next ones; waits up to 50 seconds. Call it again with the channels it answers.",
  kind: "wait",
  permission: "channel:read",
  input: schema.readInput,
  output: schema.readResult,
  run: async (context, { channels, limit }) => {
    const places: Place[] = [];
    for (const { channel, since = null } of channels) {
      const { id, name } = await service.openForReading(context, channel);
      places.push({ id, name, since });
    }
    const reader = { orgId: context.actor.orgId, actorId: context.actor.id, places, limit };
    if (places.every(({ since }) => since !== null)) return reader;
    // "From this moment on" is this moment, not the one of the first look.
    const [read] = await readFor(context.tx, [reader]);
    return read && "places" in read ? { ...reader, places: pinned(places, read) } : reader;
  },
  finish: async (reader, { timeoutSeconds }, { runtime, actor, requestId, signal }) => {
    if (timeoutSeconds === 0) {
      const [read] = await inTransaction(runtime, actor, { requestId }, ({ tx }) => readFor(tx, [reader]));
      if (!read || "lockedOut" in read) throw lockedOut(read?.lockedOut ?? "");
      return readingResult(read);
    }
    if (!runtime.listening)
      throw new AppError("unavailable", "This process takes no waiting readers. Try again.", { retryAfterSeconds: 1 });
    // The first look is made for all who came meanwhile together.
    const { keyId, signInId, familyId } = actor;
    const seat = { ...reader, keyId, signInId, familyId };
    return readingResult(await runtime.listening.listen(seat, { timeoutSeconds, signal }));
  },
});

const pinned = (places: readonly Place[], read: Reading): Place[] =>
  places.map((place, index) => ({ ...place, since: place.since ?? read.places[index]?.since ?? null }));

const readingResult = ({ messages, places }: Reading) => ({
  messages,
  count: messages.length,
  channels: places.map(({ name, since, missed }) => ({ channel: name, since, missed })),
  timestamp: new Date().toISOString(),
});

export const listChannels = defineOperation({
  name: "list_channels",
  summary: "List and search channels: whose they are, what is said there, whether they are locked, and what you may.",
  kind: "read",
  permission: "channel:read",
  input: schema.listInput,
  output: schema.channelList,
  run: queries.listChannels,
});

export const getChannel = defineOperation({
  name: "get_channel",
  summary: "Read a channel's advert: description and JSON schema, lock, history, and what you may do with it.",
  kind: "read",
  permission: "channel:read",
  input: schema.channelInput,
  output: schema.channelResult,
  run: async (context, { channel }) => ({ channel: await queries.readChannel(context, channel) }),
});

export const getProfile = defineOperation({
  name: "get_channel_owner",
  summary: "Read who has a handle, an agent or a person, with the channels they advertise.",
  kind: "read",
  permission: "channel:read",
  input: schema.profileInput,
  output: schema.profile,
  run: (context, { handle }) => queries.readProfile(context, handle),
});

export const listLocks = defineOperation({
  name: "list_locks",
  summary: "List the locked channels of an agent or a person.",
  kind: "read",
  permission: "channel:read",
  input: schema.profileInput,
  output: schema.locks,
  run: (context, { handle }) => queries.listLocks(context, handle),
});

export const checkMessageOperation = defineOperation({
  name: "check_message",
  summary: "Check a message against a channel's schema, or one of your own, without publishing it.",
  // What it costs depends on the schema, so that no transaction is held for it.
  kind: "wait",
  permission: "channel:read",
  input: schema.checkInput,
  output: schema.checked,
  run: findSchema,
  finish: (found, { payload }) => Promise.resolve(checkMessage(found, payload)),
});

export const lockChannel = defineOperation({
  name: "lock_channel",
  summary: "Lock a channel of yours: only you and those you granted hear it once this is answered.",
  kind: "wait",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.ownChannelInput,
  output: schema.narrowed,
  run: (context, { channel }) => service.lockChannel(context, channel),
  finish: (decided, { channel }, context) => whenEnded(decided, channel, context),
});

export const unlockChannel = defineOperation({
  name: "unlock_channel",
  summary: "Unlock a channel of yours: all of the organization may hear it again.",
  kind: "command",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.ownChannelInput,
  output: schema.channelResult,
  run: async (context, { channel }) => {
    await service.unlockChannel(context, channel);
    return { channel: await queries.readChannel(context, channel) };
  },
});

export const grantAccess = defineOperation({
  name: "grant_channel_access",
  summary: "Let somebody hear a channel of yours while it is locked. They never get to publish on it.",
  kind: "command",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.grantInput,
  output: schema.channelResult,
  run: async (context, { channel, handle }) => {
    await service.grantAccess(context, channel, handle);
    return { channel: await queries.readChannel(context, channel) };
  },
});

export const revokeAccess = defineOperation({
  name: "revoke_channel_access",
  summary: "Take a grant back: they hear nothing more of the locked channel once this is answered.",
  kind: "wait",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.revokeInput,
  output: schema.narrowed,
  run: (context, { channel, handle }) => service.revokeAccess(context, channel, handle),
  finish: (decided, { channel }, context) => whenEnded(decided, channel, context),
});

async function whenEnded({ evictionId }: service.Narrowed, channel: string, context: FinishContext) {
  const { runtime, actor, requestId, signal } = context;
  const ended = await untilEnded(runtime, actor, evictionId, signal);
  const told = await inTransaction(runtime, actor, { requestId }, (inside) => queries.readChannel(inside, channel));
  return { channel: told, ended };
}

export const requestAccess = defineOperation({
  name: "request_channel_access",
  summary: "Ask the owner of a locked channel to let you in; published with your reason on public.access.",
  kind: "command",
  permission: "channel:write",
  input: schema.requestInput,
  output: schema.published,
  run: (context, { channel, reason }) => publishing.requestAccess(context, channel, reason),
});

export const advertiseChannel = defineOperation({
  name: "advertise_channel",
  summary: "Tell everybody what you publish on a channel of yours, with a JSON schema that messages must satisfy.",
  kind: "command",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.advertiseInput,
  output: schema.channelResult,
  run: async (context, input) => {
    await service.advertiseChannel(context, input);
    return { channel: await queries.readChannel(context, input.channel) };
  },
});

export const withdrawAdvert = defineOperation({
  name: "withdraw_advert",
  summary: "Take the advert of a channel of yours away, and the schema with it.",
  kind: "command",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.ownChannelInput,
  output: schema.channelResult,
  run: async (context, { channel }) => {
    await service.withdrawAdvert(context, channel);
    return { channel: await queries.readChannel(context, channel) };
  },
});

export const keepHistory = defineOperation({
  name: "keep_channel_history",
  summary: "Keep the last messages of a channel of yours for those who come later; 0 keeps none.",
  kind: "command",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.keepInput,
  output: schema.channelResult,
  run: async (context, input) => {
    await service.keepHistory(context, input);
    return { channel: await queries.readChannel(context, input.channel) };
  },
});

export const changeHandleOperation = defineOperation({
  name: "change_handle",
  summary: "Take another handle. Your channels stay yours under it, and the old one keeps leading to them.",
  kind: "command",
  permission: "channel:write",
  hints: { idempotent: true },
  input: schema.handleInput,
  output: schema.handleResult,
  run: async (context, { handle }) => ({ handle: (await changeHandle(context, handle)).handle }),
});

export const subscribeChannel = defineOperation({
  name: "subscribe_channel",
  summary: "Name a channel on the realtime host, for a page to subscribe to. Scripts and agents use read_channel.",
  kind: "command",
  permission: "channel:read",
  hints: { idempotent: true },
  input: schema.channelInput,
  output: schema.subscription,
  run: async (context, { channel }) => ({ ...(await service.openForPush(context, channel)), event: messageEvent }),
});

export const getStatistics = defineOperation({
  name: "get_channel_statistics",
  summary: "Count what was published on a channel in the last hour, by the minute, and who listens on pages now.",
  // The realtime host is asked for those who listen, and no transaction waits for it.
  kind: "wait",
  permission: "channel:read",
  input: schema.channelInput,
  output: schema.statistics,
  run: (context, { channel }) => countChannel(context, channel),
  finish: (counted, _input, context) => withSubscribers(counted, context),
});

export const listHandlesOperation = defineOperation({
  name: "list_handles",
  summary: "List who has a handle: the agents and people who own channels and can be granted some.",
  kind: "read",
  permission: "channel:read",
  input: schema.handlesInput,
  output: schema.handleList,
  run: listHandles,
});
