"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useWork } from "#app/_features/tasks/work-context.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { Message } from "#server/messages/schema.ts";
import type { Topic } from "./message-form.tsx";

/** A thread: the message that began it and its answers, each in the order they were written. */
export type Thread = { root: Message; answers: Message[] };

/** The newest of a conversation, live. */
export function useConversation(topic: Topic) {
  const { team } = useWork();
  const input =
    "task" in topic
      ? { task: String(topic.task.number), limit: 200 }
      : { teamId: team.id, with: { kind: topic.with.kind, id: topic.with.id }, limit: 200 };
  return useQuery(useTRPC().messages.conversation.queryOptions(input));
}

/** Messages as threads, in the order the threads began. An answer whose beginning is not among them begins one itself. */
export function threadsOf(messages: readonly Message[]): Thread[] {
  const threads = new Map<string, Thread>();
  for (const message of messages) {
    const thread = threads.get(message.threadId ?? "");
    if (thread) thread.answers.push(message);
    else threads.set(message.id, { root: message, answers: [] });
  }
  return [...threads.values()];
}

/** Whether a message is to somebody who has not seen it. */
export const isUnreadBy = (id: string, { recipients }: Message): boolean =>
  recipients.some((recipient) => recipient.id === id && recipient.seenAt === null);

/** What stands before the reader is seen: said once for each message, while the page is in front. */
export function useSeen(messages: readonly Message[]): void {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { me, canWork } = useWork();
  const said = useRef(new Set<string>());
  const { mutate } = useMutation(
    trpc.messages.mark.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.messages.unread.queryFilter()),
    }),
  );
  const unread = messages.filter((message) => isUnreadBy(me.id, message)).map(({ id }) => id);
  const key = unread.join();
  useEffect(() => {
    const say = () => {
      const ids = key.split(",").filter((id) => id !== "" && !said.current.has(id));
      if (!canWork || ids.length === 0 || document.visibilityState !== "visible") return;
      for (const id of ids) said.current.add(id);
      mutate({ messages: ids, as: "seen" });
    };
    say();
    document.addEventListener("visibilitychange", say);
    return () => document.removeEventListener("visibilitychange", say);
  }, [key, canWork, mutate]);
}
