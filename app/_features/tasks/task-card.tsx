"use client";

import clsx from "clsx";
import {
  Check,
  CircleQuestionMark,
  Coins,
  GitCommitHorizontal,
  Link2,
  MessageSquare,
  RotateCcw,
  Unplug,
} from "lucide-react";
import Link from "next/link";
import { type MouseEvent, memo, type ReactNode } from "react";
import { useUnread } from "#app/_features/messages/use-unread.ts";
import { useConnection } from "#app/_lib/live.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { useNow } from "#app/_ui/clock.ts";
import { money, tokenCount } from "#app/_ui/format.ts";
import { LiveDot } from "#app/_ui/live-dot.tsx";
import { Age } from "#app/_ui/relative-time.tsx";
import { SessionLine } from "./session-line.tsx";
import { FromOutside } from "./task-origin.tsx";
import { PriorityIcon, StatusIcon, type StatusOf, statusFace, toneText } from "#app/_ui/status.tsx";
import { StatusGlyph } from "#app/_ui/status-glyph.tsx";
import type { Card } from "#server/tasks/schema.ts";

/** Every card has the same height: nothing jumps, and ten thousand of them need no measuring. */
export const cardHeight = 112;

type TaskCardProps = {
  card: Card;
  orgSlug: string;
  /** The keys stand on it. */
  isCurrent: boolean;
  isMarked: boolean;
  /** Reached by Tab: one card of the board is. */
  isReachable: boolean;
  onPress: (card: Card, event: MouseEvent) => void;
  onOpen: (card: Card) => void;
};

/** One task on the board: what it is, who has it, what it waits for, where its work stands. Nothing else. */
export const TaskCard = memo(function TaskCard({
  card,
  orgSlug,
  isCurrent,
  isMarked,
  isReachable,
  onPress,
  onOpen,
}: TaskCardProps) {
  return (
    // The keys of the board do what a press does, from one place for all cards (`useBoardKeys`).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <article
      data-card={card.id}
      tabIndex={isReachable ? 0 : -1}
      aria-current={isCurrent || undefined}
      aria-label={`#${card.number} ${card.title}`}
      onClick={(event) => onPress(card, event)}
      onDoubleClick={() => onOpen(card)}
      style={{ height: cardHeight }}
      className={clsx(
        "flex flex-col rounded-md border bg-surface px-2.5 pt-2 pb-2 transition-[border-color] select-none",
        isMarked ? "border-accent bg-selected" : isCurrent ? "border-focus" : "hover:border-line-strong",
        "focus-visible:outline-offset-0",
      )}
    >
      <div className="flex h-5 items-center gap-1.5">
        <StatusIcon status={card.status} />
        <span className="text-small text-muted">#{card.number}</span>
        <PriorityIcon priority={card.priority} />
        {card.tainted ? <FromOutside /> : null}
        {isMarked ? <Check aria-label="Selected" className="size-3.5 text-accent-text" /> : null}
        <span className="grow" />
        <Holder card={card} />
      </div>
      <h3 className="mt-1 line-clamp-2 h-9 text-app/4.5 font-medium break-words" title={card.title}>
        <Link
          href={taskHref(orgSlug, card.number)}
          prefetch={false}
          tabIndex={-1}
          draggable={false}
          onClick={(event) => {
            // A plain press looks at the task beside the board; with a modifier the link opens a tab.
            if (!event.metaKey && !event.ctrlKey && !event.shiftKey) event.preventDefault();
          }}
        >
          {card.title}
        </Link>
      </h3>
      <SessionLine card={card} orgSlug={orgSlug} />
      <FailureLine card={card} />
      <CardFacts card={card} />
    </article>
  );
});

/** Why a task failed, where others say what their agent does. */
function FailureLine({ card: { status, failure } }: { card: Card }) {
  if (status !== "failed" || !failure) return null;
  return (
    <p className="h-4 truncate text-small text-danger" title={failure}>
      {failure}
    </p>
  );
}

function Holder({ card: { lease, assignee } }: { card: Card }) {
  return (
    <>
      {lease ? <LeaseState since={lease.since} expiresAt={lease.expiresAt} holder={lease.holder.name} /> : null}
      {assignee ? (
        <span className="inline-flex" title={`Assigned to ${assignee.name}`}>
          <ActorAvatar kind={assignee.kind} name={assignee.name} size={20} />
        </span>
      ) : null}
    </>
  );
}

/**
 * A dot that breathes while the holder is heard of, and for how long it has it. Signs of life are no events: while the page
 * is live the end of a lease is told within a second, and only without that its time says that it is over.
 */
export function LeaseState({ since, expiresAt, holder }: { since: string; expiresAt: string | null; holder: string }) {
  const now = useNow(5);
  const { state } = useConnection();
  const isOver = now !== null && expiresAt !== null && new Date(expiresAt).getTime() < now;
  const isLost = isOver && state === "stale";
  return (
    <span className="inline-flex items-center gap-0.5 text-small text-muted">
      <LiveDot
        state={isLost ? "lost" : "held"}
        label={isLost ? `${holder} was not heard of any more` : `${holder} works on it now`}
      />
      <Age since={since} label="Held for" />
    </span>
  );
}

function CardFacts({ card }: { card: Card }) {
  const state = workState(card);
  const face = state && statusFace(state);
  return (
    <div className="mt-auto flex h-4 items-center gap-2.5 overflow-hidden text-small whitespace-nowrap text-faint">
      {card.dependencies > 0 ? (
        <Fact
          icon={<Link2 />}
          tone={card.openDependencies > 0 ? "text-warning" : undefined}
          label={
            card.openDependencies > 0
              ? `Waits for ${card.openDependencies} of ${card.dependencies} tasks`
              : card.dependencies === 1
                ? "The task it waited for is done"
                : `All ${card.dependencies} tasks it waited for are done`
          }
        >
          {card.dependencies - card.openDependencies}/{card.dependencies}
        </Fact>
      ) : null}
      {card.waitsFor ? (
        <span
          className="inline-flex min-w-0 items-center gap-1 text-warning"
          title={`Waits for an answer: ${card.waitsFor.title}`}
        >
          <CircleQuestionMark aria-hidden="true" className="size-3.5 shrink-0" />
          <span className="truncate">Waits for an answer</span>
        </span>
      ) : null}
      {card.waitsForResource ? (
        <span className="inline-flex min-w-0 items-center gap-1 text-warning" title={card.waitsForResource.reason}>
          <Unplug aria-hidden="true" className="size-3.5 shrink-0" />
          <span className="truncate">{waitWords(card.waitsForResource)}</span>
        </span>
      ) : null}
      {face ? (
        <span className="inline-flex shrink-0 items-center gap-1" title={card.merge?.reason ?? face.label}>
          <StatusGlyph glyph={face.glyph} className={clsx("size-3.5!", toneText[face.tone])} />
          <span>{face.label}</span>
        </span>
      ) : null}
      {card.headCommit ? (
        <Fact icon={<GitCommitHorizontal />} givesWay label={`${card.branch} stands at ${card.headCommit.slice(0, 8)}`}>
          <span className="font-mono text-micro">{card.headCommit.slice(0, 7)}</span>
        </Fact>
      ) : null}
      <span className="grow" />
      {card.rework > 0 ? (
        <Fact icon={<RotateCcw />} label={`Came back ${card.rework} ${card.rework === 1 ? "time" : "times"}`}>
          {card.rework}
        </Fact>
      ) : null}
      {card.costMicros > 0 ? (
        <Fact icon={<Coins />} label={`${tokenCount(card.tokens)} tokens, ${money(card.costMicros)}`}>
          {money(card.costMicros)}
        </Fact>
      ) : null}
      {card.messages > 0 ? <Messages card={card} /> : null}
    </div>
  );
}

const stops: Record<string, string> = {
  budget: "Waits for money",
  plan: "Its plan is paused",
  hours: "Waits for working hours",
};

const waitWords = ({ resource }: NonNullable<Card["waitsForResource"]>): string =>
  stops[resource] ?? `Waits for ${resource.replaceAll("_", " ").replace(/^(mcp|model):/, "")}`;

/** Only cards that were written about ask what of it is unread. */
function Messages({ card: { id, messages } }: { card: Card }) {
  const unread = useUnread().about(id);
  const words = `${messages} ${messages === 1 ? "message" : "messages"}`;
  return (
    <Fact
      icon={<MessageSquare />}
      label={unread > 0 ? `${words}, ${unread} to you unread` : words}
      tone={unread > 0 ? "font-semibold text-accent-text" : undefined}
    >
      {messages}
    </Fact>
  );
}

type FactProps = {
  icon: ReactNode;
  label: string;
  tone?: string;
  /** Not shown where the card is too narrow for everything. */
  givesWay?: boolean;
  children: ReactNode;
};

function Fact({ icon, label, tone, givesWay = false, children }: FactProps) {
  const face = (
    <span aria-hidden="true" className="inline-flex items-center gap-1">
      {icon}
      {children}
    </span>
  );
  return (
    <span
      className={clsx("inline-flex items-center [&_svg]:size-3", givesWay ? "min-w-0" : "shrink-0", tone)}
      title={label}
    >
      {givesWay ? <WholeOrNot>{face}</WholeOrNot> : face}
      <span className="sr-only">{label}</span>
    </span>
  );
}

/** Half a commit's name reads as another one. Without room it wraps below a line that nobody sees past the first of. */
function WholeOrNot({ children }: { children: ReactNode }) {
  return (
    <span className="flex h-4 min-w-0 flex-wrap items-center overflow-hidden before:h-4 before:w-px before:content-['']">
      {children}
    </span>
  );
}

/** Where the work stands past writing it: its merge while there is one, else the verdict that counts. */
function workState({ merge, review, status }: Pick<Card, "merge" | "review" | "status">): StatusOf | null {
  if (status === "in_progress" && review?.verdict === "request_changes")
    return { of: "review", status: "request_changes" };
  if (merge && (status === "merging" || merge.status === "failed" || merge.status === "conflicted"))
    return { of: "merge", status: merge.status };
  if (review && (status === "in_review" || status === "in_approval" || status === "todo"))
    return { of: "review", status: review.verdict };
  return null;
}
