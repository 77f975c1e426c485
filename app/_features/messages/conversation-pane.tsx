"use client";

import { ArrowLeft, ArrowUpRight } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTask } from "#app/_features/tasks/use-task.ts";
import { type Person, useWork } from "#app/_features/tasks/work-context.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { buttonClass } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import type { Card } from "#server/tasks/schema.ts";
import { MessageForm, type Topic } from "./message-form.tsx";
import { Said } from "./said.tsx";
import { isUnreadBy, threadsOf, useConversation, useSeen } from "./use-conversation.ts";

type ConversationPaneProps = { task: string | null; with: Person | undefined; onClose: () => void };

/** The chosen conversation: of a task, or with somebody. */
export function ConversationPane({ task, with: other, onClose }: ConversationPaneProps) {
  if (task) return <OfTask number={Number(task)} onClose={onClose} />;
  if (!other) return null;
  return (
    <Pane
      topic={{ with: other }}
      onClose={onClose}
      head={
        <>
          <ActorAvatar kind={other.kind} name={other.name} size={24} decorative />
          <h2 className="min-w-0 truncate text-read font-semibold" title={other.name}>
            {other.name}
          </h2>
        </>
      }
    />
  );
}

function OfTask({ number, onClose }: { number: number; onClose: () => void }) {
  const { orgSlug } = useWork();
  const task: Card | undefined = useTask(number).data?.task;
  if (!task) return <SkeletonRows count={6} label="Loading the conversation" />;
  return (
    <Pane
      topic={{ task }}
      onClose={onClose}
      head={
        <>
          <h2 className="min-w-0 truncate text-read font-semibold" title={task.title}>
            #{task.number} {task.title}
          </h2>
          <StatusBadge status={task.status} />
          <Link href={taskHref(orgSlug, task.number)} className={buttonClass("ghost", "sm")}>
            Open <ArrowUpRight aria-hidden="true" className="size-3.5" />
          </Link>
        </>
      }
    />
  );
}

type PaneProps = { topic: Topic; head: React.ReactNode; onClose: () => void };

function Pane({ topic, head, onClose }: PaneProps) {
  const { me, canWork } = useWork();
  const [answers, setAnswers] = useState<{ id: string; name: string }>();
  const query = useConversation(topic);
  const messages = query.data?.messages ?? [];
  const end = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLElement>(null);
  const last = messages.at(-1)?.id;
  useSeen(messages);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [last]);
  useActions([
    {
      id: "message.reply",
      title: "Write in this conversation",
      group: "Messages",
      keys: "r",
      when: () => canWork,
      run: () => pane.current?.querySelector<HTMLTextAreaElement>("[data-message-form] textarea")?.focus(),
    },
  ]);
  return (
    <section ref={pane} aria-label="Conversation" className="flex min-w-0 grow flex-col">
      <header className="flex min-h-11 items-center gap-2 border-b px-3 py-1.5">
        <IconButton label="Back to the conversations" keys="Escape" icon={<ArrowLeft />} onClick={onClose} />
        {head}
      </header>
      <div className="min-h-0 grow overflow-y-auto p-3" tabIndex={0} role="region" aria-label="Messages">
        <Loaded
          query={query}
          what="The conversation"
          skeleton={<SkeletonRows count={6} label="Loading the conversation" />}
        >
          {() =>
            messages.length === 0 ? (
              <p className="py-8 text-center text-app text-muted">Nothing was written here yet.</p>
            ) : (
              <ol className="mx-auto flex max-w-3xl flex-col gap-3">
                {threadsOf(messages).map(({ root, answers: replies }) => (
                  <li key={root.id} className="flex flex-col gap-1.5">
                    {[root, ...replies].map((message) => (
                      <Said
                        key={message.id}
                        message={message}
                        isAnswer={message !== root}
                        isUnread={isUnreadBy(me.id, message)}
                        onReply={canWork ? () => setAnswers({ id: message.id, name: message.sender.name }) : undefined}
                      />
                    ))}
                  </li>
                ))}
              </ol>
            )
          }
        </Loaded>
        <div ref={end} />
      </div>
      {canWork ? (
        <div className="border-t p-3">
          <div className="mx-auto max-w-3xl">
            <MessageForm topic={topic} answers={answers} onNoAnswer={() => setAnswers(undefined)} />
          </div>
        </div>
      ) : null}
    </section>
  );
}
