"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { TailEntry } from "#app/_lib/channel-tail.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { withUnseen } from "./json-text.ts";
import { Part } from "./panel-part.tsx";
import { useChannelTail } from "./use-channel-tail.ts";
import type { HandleFaces } from "./use-handles.ts";

/** Who asks to hear one's own locked channel, live, each with the reason and one press to let them in. */
export function AccessRequests({ channel, faces }: { channel: ChannelInfo; faces: HandleFaces }) {
  const { entries } = useChannelTail(channel.locked ? "public.access" : null);
  const grant = useChange(useTRPC().channels.grant.mutationOptions(), {
    done: (_, { handle }) => `${handle} may hear it`,
    refused: "Nobody was granted it",
  });
  if (!channel.locked) return null;
  const requests = requestsFor(channel, entries);
  return (
    <Part title="Asking to be let in">
      {requests.length === 0 ? <p className="text-app text-muted">Nobody within the last hour.</p> : null}
      <ul aria-label="Asking to be let in" className="flex flex-col gap-2">
        {requests.map(({ requester, reason, at }) => (
          <li key={requester} className="flex flex-col gap-1.5 rounded-md border bg-surface p-2.5 text-app">
            <p className="flex items-center gap-2">
              <ActorAvatar kind={faces(requester).kind} name={faces(requester).name} size={20} decorative />
              <span className="min-w-0 grow truncate font-medium">{faces(requester).name}</span>
              <span className="text-small text-faint">
                <RelativeTime at={at} />
              </span>
            </p>
            <p className="break-words text-muted">{withUnseen(reason)}</p>
            <Button
              size="sm"
              className="self-start"
              loading={grant.isPending}
              onClick={() => void grant.apply({ channel: channel.channel, handle: requester })}
            >
              Grant {faces(requester).name}
            </Button>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/**
 * The last request of each who is not granted yet. Everybody may publish on public.access what looks like one: who asks is
 * whoever the server says has sent it, and nobody else.
 */
function requestsFor({ channel, grants, owner }: ChannelInfo, entries: readonly TailEntry[]) {
  const asked = new Map<string, { requester: string; reason: string; at: string }>();
  for (const entry of entries) {
    if (entry.kind !== "message") continue;
    const { payload, sender, timestamp } = entry.message;
    if (!isRequest(payload) || payload.channel !== channel) continue;
    asked.delete(sender);
    asked.set(sender, { requester: sender, reason: payload.reason.slice(0, 500), at: timestamp });
  }
  return [...asked.values()]
    .filter(({ requester }) => requester !== owner && !grants?.includes(requester))
    .toReversed();
}

function isRequest(payload: unknown): payload is { channel: string; reason: string } {
  if (typeof payload !== "object" || payload === null) return false;
  return (
    "type" in payload &&
    payload.type === "access_request" &&
    "channel" in payload &&
    typeof payload.channel === "string" &&
    "reason" in payload &&
    typeof payload.reason === "string"
  );
}
