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
import type { ReactNode } from "react";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { FeedEvent } from "#server/events/schema.ts";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { type EventFace, type Names, type Sentence, sentenceOf } from "#app/_features/events/sentence.ts";
import { Markdown } from "./lazy.ts";
import { MessageForm } from "./message-form.tsx";
import { useNameOf, useWork } from "./work-context.tsx";

type Message = TaskDetail["conversation"][number];
type Entry = { id: string; at: string; author: FeedEvent["actor"]; message?: Message; sentence?: Sentence };

/** Everything that happened to a task and everything that was said, in one line of time, oldest first. */
export function TaskActivity({ task }: { task: TaskDetail }) {
  const { canWork } = useWork();
  const trpc = useTRPC();
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
  const entries = entriesOf(task, events.data?.pages.flatMap((page) => page.events) ?? [], nameOf, !events.hasNextPage);
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
          entry.message ? <Said key={entry.id} message={entry.message} /> : <Happened key={entry.id} entry={entry} />,
        )}
      </ol>
      {canWork ? <MessageForm task={task} /> : null}
    </section>
  );
}

function entriesOf(task: TaskDetail, events: readonly FeedEvent[], nameOf: Names["nameOf"], isWhole: boolean): Entry[] {
  const names: Names = { nameOf, taskNumberOf: (id) => numberOf(task, id) };
  // What was said stands there whole, so the event of it is left out.
  const happened = events
    .filter(({ type }) => type !== "message.sent")
    .map((event) => ({
      id: event.id,
      at: event.occurredAt,
      author: event.actor,
      sentence: sentenceOf(event, names, { onTask: task.id }),
    }));
  const oldest = isWhole ? "" : (events.at(-1)?.occurredAt ?? "");
  const said = task.conversation
    .filter(({ createdAt }) => createdAt >= oldest)
    .map((message) => ({ id: message.id, at: message.createdAt, author: message.author, message }));
  // Ids grow with time, which settles what one moment made together.
  return [...happened, ...said].sort(
    (left, right) => left.at.localeCompare(right.at) || left.id.localeCompare(right.id),
  );
}

function Said({ message: { author, body, createdAt } }: { message: Message }) {
  const isAgent = author.kind === "agent";
  return (
    <li className="relative my-1.5 rounded-md border bg-surface px-3 py-2">
      {isAgent ? null : (
        <p className="flex items-center gap-2 pb-1 text-app">
          <ActorAvatar kind={author.kind} name={author.name} size={20} decorative />
          <span className="font-medium">{author.name}</span>
        </p>
      )}
      <Markdown text={body} agent={isAgent ? author.name : undefined} />
      <span className="absolute top-2 right-3 text-small text-faint">
        <RelativeTime at={createdAt} />
      </span>
    </li>
  );
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

function Happened({ entry: { sentence, author, at } }: { entry: Entry }) {
  const { orgSlug } = useWork();
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
        <span className="font-medium text-ink">{author.name}</span>{" "}
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
        <span className="text-faint">
          {" · "}
          <RelativeTime at={at} />
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
