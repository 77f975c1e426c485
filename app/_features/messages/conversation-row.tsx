"use client";

import clsx from "clsx";
import type { z } from "zod";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import type { conversationList } from "#server/messages/schema.ts";

export type Conversation = z.output<typeof conversationList>["conversations"][number];

/** `task:12` or `with:<id>`: what the address says of a conversation. */
export const keyOf = ({ task, with: other }: Conversation): string =>
  task ? `task:${task.number}` : `with:${other?.id ?? ""}`;

type ConversationRowProps = { conversation: Conversation; isSelected: boolean; onOpen: () => void };

/** A conversation in the list: about what or with whom, what was said last, how much of it is unread. */
export function ConversationRow({ conversation, isSelected, onOpen }: ConversationRowProps) {
  const { task, with: other, last, unread } = conversation;
  const name = task ? `#${task.number} ${task.title}` : (other?.name ?? "somebody");
  return (
    <li>
      <button
        type="button"
        aria-current={isSelected || undefined}
        onClick={onOpen}
        className={clsx(
          "flex w-full items-start gap-2.5 border-b px-3 py-2 text-left text-app -outline-offset-2 hover:bg-hover",
          isSelected && "bg-selected",
        )}
      >
        <span className="flex h-5 items-center">
          <ActorAvatar
            kind={(task ? last.sender.kind : other?.kind) ?? "user"}
            name={task ? last.sender.name : name}
            size={20}
            decorative
          />
        </span>
        <span className="min-w-0 grow">
          <span className="flex items-center gap-2">
            <span className={clsx("min-w-0 truncate", unread > 0 ? "font-semibold" : "font-medium")} title={name}>
              {name}
            </span>
            {task ? <StatusBadge status={task.status} /> : null}
          </span>
          <span className={clsx("line-clamp-1 break-all", unread > 0 ? "text-ink" : "text-muted")}>
            {last.sender.name}: {last.text}
          </span>
        </span>
        <span className="flex shrink-0 flex-col items-end gap-1 text-small/5 text-faint">
          <RelativeTime at={last.createdAt} />
          {unread > 0 ? <Unread count={unread} /> : null}
        </span>
      </button>
    </li>
  );
}

/** How many are unread, as a number and as a word. */
function Unread({ count }: { count: number }) {
  return (
    <span className="inline-flex h-4 min-w-4 items-center justify-center rounded-full bg-accent px-1 text-micro font-semibold text-accent-ink tabular-nums">
      {count > 99 ? "99+" : count}
      <span className="sr-only"> unread</span>
    </span>
  );
}
