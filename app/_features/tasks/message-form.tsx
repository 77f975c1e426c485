"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useRef, useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import type { Card } from "#server/tasks/schema.ts";
import { wordsOfError } from "./task-commands.ts";

type MessageFormProps = { task: Pick<Card, "id" | "number" | "assignee">; onSent?: () => void };

/** Writes into the conversation of a task. ⌘↵ sends; what was written stays when sending fails. */
export function MessageForm({ task, onSent }: MessageFormProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [body, setBody] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const send = useMutation(trpc.messages.send.mutationOptions());
  const submit = () => {
    if (body.trim() === "" || send.isPending) return field.current?.focus();
    send.mutate(
      { task: task.id, body },
      {
        onSuccess: () => {
          setBody("");
          void client.invalidateQueries(trpc.tasks.get.queryFilter({ task: String(task.number) }));
          onSent?.();
        },
      },
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="flex flex-col gap-2"
    >
      <Textarea
        ref={field}
        aria-label={`Message about #${task.number}`}
        placeholder={task.assignee ? `Write to ${task.assignee.name} about this task` : "Write about this task"}
        value={body}
        maxLength={20_000}
        onChange={(event) => setBody(event.target.value)}
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
      <div className="flex justify-end">
        <Button type="submit" size="sm" icon={<Send className="size-3.5" />} loading={send.isPending} keys="mod+enter">
          Send
        </Button>
      </div>
    </form>
  );
}
