"use client";

import clsx from "clsx";
import { Check, CheckCheck, CircleCheck, Eye, Reply } from "lucide-react";
import { Markdown } from "#app/_features/tasks/lazy.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Message } from "#server/messages/schema.ts";

type SaidProps = {
  message: Pick<Message, "id" | "sender" | "body" | "createdAt" | "recipients">;
  /** It answers another one, below which it stands. */
  isAnswer?: boolean;
  isUnread?: boolean;
  onReply?: (() => void) | undefined;
};

/** One message: who wrote it, what, when, and how far it got with those it is for. Text is shown as text, whoever wrote it. */
export function Said({ message, isAnswer = false, isUnread = false, onReply }: SaidProps) {
  const { sender, body, createdAt, recipients } = message;
  const isAgent = sender.kind === "agent";
  return (
    <article
      aria-label={`${sender.name} wrote`}
      data-message={message.id}
      className={clsx(
        "relative rounded-md border bg-surface px-3 py-2",
        isAnswer && "ml-6 max-sm:ml-3",
        isUnread && "border-accent-line",
      )}
    >
      {isAgent ? null : (
        <p className="flex items-center gap-2 pb-1 text-app">
          <ActorAvatar kind={sender.kind} name={sender.name} size={20} decorative />
          <span className="font-medium">{sender.name}</span>
        </p>
      )}
      <Markdown text={body} agent={isAgent ? sender.name : undefined} />
      <span className="absolute top-2 right-3 text-small text-faint">
        <RelativeTime at={createdAt} />
      </span>
      {recipients.length > 0 || onReply ? (
        <footer className="mt-1 flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1 text-small text-faint">
          {recipients.map((recipient) => (
            <Reached key={recipient.id} recipient={recipient} />
          ))}
          {onReply ? (
            <span className="ml-auto">
              <Button size="sm" variant="ghost" icon={<Reply className="size-3.5" />} onClick={onReply}>
                Reply
              </Button>
            </span>
          ) : null}
        </footer>
      ) : null}
    </article>
  );
}

type Recipient = Message["recipients"][number];

function Reached({ recipient }: { recipient: Recipient }) {
  const { icon, word, at } = stateOf(recipient);
  return (
    <span className="inline-flex items-center gap-1 [&_svg]:size-3.5" title={at ?? undefined}>
      <span aria-hidden="true" className="inline-flex">
        {icon}
      </span>
      {word} {recipient.name}
    </span>
  );
}

function stateOf({ deliveredAt, seenAt, processedAt }: Recipient) {
  if (processedAt) return { icon: <CircleCheck />, word: "Done by", at: processedAt };
  if (seenAt) return { icon: <Eye />, word: "Seen by", at: seenAt };
  if (deliveredAt) return { icon: <CheckCheck />, word: "Delivered to", at: deliveredAt };
  return { icon: <Check />, word: "Sent to", at: null };
}
