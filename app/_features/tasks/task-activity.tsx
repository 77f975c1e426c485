"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import clsx from "clsx";
import {
  Archive,
  ArrowRight,
  CircleUserRound,
  FlaskConical,
  GitCommitHorizontal,
  GitMerge,
  Hand,
  Link2,
  MessageSquareText,
  Pencil,
  Plus,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { FeedEvent } from "#server/events/schema.ts";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { actorWords } from "#app/_features/events/actor-words.ts";
import { Because, correlationHref } from "#app/_features/events/because.tsx";
import type { EventFace, Names, Sentence } from "#app/_features/events/sentences/about.ts";
import { sentenceOf } from "#app/_features/events/sentence.ts";
import { MessageForm } from "#app/_features/messages/message-form.tsx";
import { Said } from "#app/_features/messages/said.tsx";
import {
  isUnreadBy,
  type Thread,
  threadsOf,
  useConversation,
  useSeen,
} from "#app/_features/messages/use-conversation.ts";
import type { Message } from "#server/messages/schema.ts";
import { useNameOf, useWork } from "./work-context.tsx";

type Entry = {
  id: string;
  at: string;
  author: FeedEvent["actor"];
  thread?: Thread;
  sentence?: Sentence;
  event?: FeedEvent;
};

/** Everything that happened to a task and everything that was said, in one line of time, oldest first. */
export function TaskActivity({ task }: { task: TaskDetail }) {
  const { canWork, me } = useWork();
  const trpc = useTRPC();
  const [answers, setAnswers] = useState<{ id: string; name: string }>();
  const conversation = useConversation({ task });
  const messages = conversation.data?.messages ?? task.conversation.map(asMessage);
  useSeen(messages);
  const nameOf = useNameOf();
  const api = useTRPCClient();
  const input = { task: String(task.number), limit: 100 };
  const events = useInfiniteQuery({
    // The key of the first page, with a mark: realtime knows by it what to read again.
    queryKey: [...trpc.tasks.events.queryKey(input), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.tasks.events.query({ ...input, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const entries = entriesOf(
    { task, threads: threadsOf(messages) },
    events.data?.pages.flatMap((page) => page.events) ?? [],
    nameOf,
    !events.hasNextPage,
  );
  const said = (message: Message, isAnswer: boolean) => (
    <Said
      key={message.id}
      message={message}
      isAnswer={isAnswer}
      isUnread={isUnreadBy(me.id, message)}
      onReply={canWork ? () => setAnswers({ id: message.id, name: message.sender.name }) : undefined}
    />
  );
  return (
    <section aria-label="Activity" className="flex flex-col gap-3">
      <h2 className="text-app font-medium">Activity</h2>
      {events.hasNextPage ? (
        <Button
          size="sm"
          variant="ghost"
          loading={events.isFetchingNextPage}
          onClick={() => void events.fetchNextPage()}
        >
          Show what happened before
        </Button>
      ) : null}
      {events.isPending ? <SkeletonRows count={4} label="Loading what happened" /> : null}
      <ol className="flex flex-col gap-1">
        {entries.map((entry) =>
          entry.thread ? (
            <li key={entry.id} className="my-1.5 flex flex-col gap-1.5">
              {said(entry.thread.root, false)}
              {entry.thread.answers.map((answer) => said(answer, true))}
            </li>
          ) : (
            <Happened key={entry.id} entry={entry} />
          ),
        )}
      </ol>
      {canWork ? <MessageForm topic={{ task }} answers={answers} onNoAnswer={() => setAnswers(undefined)} /> : null}
    </section>
  );
}

/** The conversation as it came with the task, until it is there with how far each message got. */
const asMessage = ({ author, ...message }: TaskDetail["conversation"][number]): Message => ({
  ...message,
  sender: author,
  task: null,
  recipients: [],
});

function entriesOf(
  { task, threads }: { task: TaskDetail; threads: readonly Thread[] },
  events: readonly FeedEvent[],
  nameOf: Names["nameOf"],
  isWhole: boolean,
): Entry[] {
  const names: Names = { nameOf, taskNumberOf: (id) => numberOf(task, id) };
  // What was said stands there whole, so the event of it is left out.
  const happened = events
    .filter((event) => !event.type.startsWith("message.") && !isRoutine(event))
    .map((event) => ({
      id: event.id,
      at: event.occurredAt,
      author: event.actor,
      sentence: sentenceOf(event, names, { onTask: task.id }),
      event,
    }));
  const oldest = isWhole ? "" : (events.at(-1)?.occurredAt ?? "");
  const said = threads
    .filter(({ root }) => root.createdAt >= oldest)
    .map((thread) => ({ id: thread.root.id, at: thread.root.createdAt, author: thread.root.sender, thread }));
  // Ids grow with time, which settles what one moment made together.
  return [...happened, ...said].sort(
    (left, right) => left.at.localeCompare(right.at) || left.id.localeCompare(right.id),
  );
}

/** Turns that come and go in the session of a task: the session itself shows them, and here they would bury the rest. */
function isRoutine({ type, data }: FeedEvent): boolean {
  if (type === "session.moved") return ["ready", "running", "waiting"].includes(String(data.to));
  return type === "session.changed" && !data.model && !data.mode;
}

const faces: Partial<Record<EventFace, ReactNode>> = {
  made: <Plus />,
  changed: <Pencil />,
  assigned: <CircleUserRound />,
  linked: <Link2 />,
  claimed: <Hand />,
  moved: <ArrowRight />,
  pushed: <GitCommitHorizontal />,
  review: <MessageSquareText />,
  merge: <GitMerge />,
  gate: <FlaskConical />,
  archived: <Archive />,
};
const tones = { success: "text-success", warning: "text-warning", danger: "text-danger" } as const;

function Happened({ entry: { sentence, author, at, event } }: { entry: Entry }) {
  const { orgSlug, team } = useWork();
  if (!sentence) return null;
  return (
    <li className="flex items-start gap-2 py-0.5 text-app text-muted">
      <span
        aria-hidden="true"
        className={clsx("mt-0.5 inline-flex [&_svg]:size-4", sentence.tone ? tones[sentence.tone] : "text-faint")}
      >
        {faces[sentence.face] ?? <ArrowRight />}
      </span>
      <span className="min-w-0 grow">
        <span className="font-medium text-ink">{actorWords(author)}</span>{" "}
        {sentence.parts.map((part, index) => {
          if (typeof part === "string") return part;
          // The parts of a sentence never change places.
          if ("name" in part)
            return (
              <span key={index} className="font-medium text-ink">
                {part.name}
              </span>
            );
          return (
            <Link key={index} href={taskHref(orgSlug, part.task)}>
              #{part.task}
            </Link>
          );
        })}
        {event ? <Because event={event} orgSlug={orgSlug} /> : null}
        <span className="text-faint">
          {" · "}
          {event ? (
            <Link
              href={correlationHref(orgSlug, team.id, event.correlationId)}
              className="text-faint"
              title="Everything the same request caused"
            >
              <RelativeTime at={at} />
            </Link>
          ) : (
            <RelativeTime at={at} />
          )}
        </span>
        {sentence.quote ? (
          <span
            className={clsx(
              "mt-0.5 block border-l-2 pl-2 break-words whitespace-pre-wrap",
              author.kind === "agent" && "border-agent-line",
            )}
          >
            {sentence.quote}
          </span>
        ) : null}
      </span>
    </li>
  );
}

function numberOf(task: TaskDetail, id: string): number | undefined {
  return [...task.dependsOn, ...task.dependents].find((each) => each.id === id)?.number;
}
