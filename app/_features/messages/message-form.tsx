"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Send, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { wordsOfError } from "#app/_features/tasks/task-commands.ts";
import { type Person, useWork } from "#app/_features/tasks/work-context.tsx";
import { useDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import type { Card } from "#server/tasks/schema.ts";
import { MentionField } from "./mention-field.tsx";

/** What is written about, or to whom. */
export type Topic = { task: Pick<Card, "id" | "number" | "assignee"> } | { with: Person };

type MessageFormProps = {
  topic: Topic;
  /** The message that is answered. */
  answers?: { id: string; name: string } | undefined;
  onNoAnswer?: () => void;
  onSent?: () => void;
};

/** Writes into a conversation. ⌘↵ sends, @ mentions; what was written stays when sending fails. */
export function MessageForm({ topic, answers, onNoAnswer, onSent }: MessageFormProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { people, me, team } = useWork();
  const [body, setBody] = useDraft(`message|${"task" in topic ? topic.task.id : topic.with.id}`);
  const field = useRef<HTMLTextAreaElement>(null);
  const send = useMutation(trpc.messages.send.mutationOptions());
  useEffect(() => {
    if (answers) field.current?.focus();
  }, [answers]);
  const submit = () => {
    if (body.trim() === "" || send.isPending) return field.current?.focus();
    const about =
      "task" in topic ? { task: topic.task.id } : { to: { kind: topic.with.kind, id: topic.with.id }, teamId: team.id };
    send.mutate(
      { ...about, body, ...(answers ? { replyTo: answers.id } : {}) },
      {
        onSuccess: () => {
          setBody("");
          onNoAnswer?.();
          void client.invalidateQueries(trpc.messages.pathFilter());
          if ("task" in topic)
            void client.invalidateQueries(trpc.tasks.get.queryFilter({ task: String(topic.task.number) }));
          onSent?.();
        },
      },
    );
  };
  return (
    <form
      data-message-form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="flex flex-col gap-2"
    >
      {answers ? (
        <p className="flex items-center gap-1.5 text-small text-muted">
          Answering {answers.name}
          <Button
            size="sm"
            variant="ghost"
            type="button"
            aria-label="Do not answer, begin anew"
            icon={<X className="size-3.5" />}
            onClick={onNoAnswer}
          />
        </p>
      ) : null}
      <MentionField
        field={field}
        crew={people.filter(({ id }) => id !== me.id)}
        aria-label={"task" in topic ? `Message about #${topic.task.number}` : `Message to ${topic.with.name}`}
        placeholder={placeholderOf(topic)}
        value={body}
        maxLength={20_000}
        onText={setBody}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          submit();
        }}
      />
      {send.error ? (
        <p role="alert" className="text-app text-danger">
          {wordsOfError(send.error)}
        </p>
      ) : null}
      <div className="flex items-center justify-end gap-3">
        <span className="text-small text-faint max-sm:hidden">@ reaches somebody of the team</span>
        <Button type="submit" size="sm" icon={<Send className="size-3.5" />} loading={send.isPending} keys="mod+enter">
          Send
        </Button>
      </div>
    </form>
  );
}

function placeholderOf(topic: Topic): string {
  if ("with" in topic) return `Write to ${topic.with.name}`;
  return topic.task.assignee ? `Write to ${topic.task.assignee.name} about this task` : "Write about this task";
}
