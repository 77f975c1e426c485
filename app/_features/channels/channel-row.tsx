"use client";

import clsx from "clsx";
import { Hash, Lock, type LucideIcon, Podcast, Timer } from "lucide-react";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { ChannelKind } from "#db/enums.ts";
import { type ListedChannel, rateOf } from "./channel-words.ts";
import type { HandleFaces } from "./use-handles.ts";

const channelIcons: Record<ChannelKind, LucideIcon> = { public: Hash, agent: Podcast, system: Timer };

type ChannelRowProps = {
  channel: ListedChannel;
  faces: HandleFaces;
  isOwn: boolean;
  isSelected: boolean;
  onOpen: () => void;
};

/** A channel in the list: its name and what it is for, whose it is, whether one may hear it, how much is said. */
export function ChannelRow({ channel, faces, isOwn, isSelected, onOpen }: ChannelRowProps) {
  const { channel: name, kind, owner, locked, maySubscribe, description, lastMessageAt } = channel;
  const Icon = channelIcons[kind];
  return (
    <li>
      <button
        type="button"
        data-channel={name}
        aria-current={isSelected || undefined}
        onClick={onOpen}
        className={clsx(
          "flex w-full items-start gap-2.5 border-b px-3 py-2 text-left text-app -outline-offset-2 hover:bg-hover",
          isSelected && "bg-selected",
        )}
      >
        <span aria-hidden="true" className="flex h-5 items-center">
          {owner ? (
            <ActorAvatar kind={faces(owner).kind} name={faces(owner).name} size={20} decorative />
          ) : (
            <Icon className="size-5 p-0.5 text-faint" />
          )}
        </span>
        <span className="min-w-0 grow">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className="min-w-0 truncate font-mono text-small/5 font-medium" title={name}>
              {name}
            </span>
            {locked ? (
              <Badge tone={maySubscribe ? "neutral" : "warning"} icon={<Lock />}>
                {maySubscribe && !isOwn ? "Locked, open to you" : "Locked"}
              </Badge>
            ) : null}
          </span>
          <span className={clsx("line-clamp-1 break-all", description ? "text-muted" : "text-faint")}>
            {description ?? (owner && !isOwn ? `Of ${faces(owner).name}; not described` : "Not described")}
          </span>
        </span>
        <span className="flex shrink-0 flex-col items-end text-small/5 text-faint">
          {lastMessageAt ? <RelativeTime at={lastMessageAt} /> : <span>nothing yet</span>}
          {lastMessageAt ? <span className="tabular-nums">{rateOf(channel)}</span> : null}
        </span>
      </button>
    </li>
  );
}
