"use client";

import clsx from "clsx";
import { ChevronsRightLeft } from "lucide-react";
import Link from "next/link";
import { memo, type MouseEvent, useEffect } from "react";
import { Count } from "#app/_ui/badge.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { StatusIcon, statusFace } from "#app/_ui/status.tsx";
import type { TaskStatus } from "#db/enums.ts";
import type { Board, Card } from "#server/tasks/schema.ts";
import { cardHeight, TaskCard } from "./task-card.tsx";
import { useCardsInSight } from "./use-cards-in-sight.ts";

/** From one card to the next: its height and the gap. */
const step = cardHeight + 8;

export type ColumnProps = {
  column: Board["columns"][number];
  orgSlug: string;
  /** The card the keys stand on, when it is in this column. */
  current: string | null;
  marked: ReadonlySet<string>;
  /** The card that Tab reaches, when it is in this column. */
  reachable: string | null;
  /** Where all of them are listed, when there are more than the board holds. */
  listHref: string;
  /** While a card is dragged: null where it may be dropped, else the reason it may not. */
  refusal?: string | null;
  onPress: (card: Card, event: MouseEvent) => void;
  onOpen: (card: Card) => void;
  /** Makes it a strip; not there for the columns that always matter. */
  onCollapse?: (status: TaskStatus) => void;
};

/**
 * One status: its total and its cards, of which only those in sight are in the page. A key that moves within one column
 * draws no other.
 */
export const BoardColumn = memo(function BoardColumn({ column, listHref, refusal, onCollapse, ...rest }: ColumnProps) {
  const face = statusFace({ status: column.status });
  return (
    <section
      data-column={column.status}
      aria-label={`${face.label}, ${column.total}`}
      className={clsx(
        "relative flex h-full min-h-0 w-[86vw] shrink-0 snap-center flex-col rounded-lg bg-sunken sm:w-60 sm:grow sm:basis-0 sm:snap-align-none sm:max-w-96 sm:min-w-48",
        refusal === null && "outline-2 outline-accent",
      )}
    >
      <header className="flex h-9 shrink-0 items-center gap-2 px-3">
        <StatusIcon status={column.status} decorative />
        <h2 className="min-w-0 truncate text-app font-medium">{face.label}</h2>
        <Count value={column.total} />
        <span className="grow" />
        {onCollapse ? (
          <IconButton
            size="sm"
            label="Narrow the column"
            icon={<ChevronsRightLeft />}
            onClick={() => onCollapse(column.status)}
          />
        ) : null}
      </header>
      <ColumnCards column={column} listHref={listHref} {...rest} />
      {refusal ? <Refusal reason={refusal} /> : null}
    </section>
  );
});

type CollapsedColumnProps = { column: Board["columns"][number]; refusal?: string | null; onOpen: () => void };

/** A status nobody needs to look at now: a narrow strip that keeps its place, and opens when it is pressed. */
export function CollapsedColumn({ column: { status, total }, refusal, onOpen }: CollapsedColumnProps) {
  const face = statusFace({ status });
  return (
    <section
      data-column={status}
      aria-label={`${face.label}, ${total}`}
      className={clsx(
        "hidden w-9 shrink-0 rounded-lg bg-sunken text-faint sm:flex",
        refusal === null && "outline-2 outline-accent",
        refusal && "opacity-50",
      )}
    >
      <button
        type="button"
        onClick={onOpen}
        title={refusal ?? `${face.label}: ${total}`}
        className="flex w-full flex-col items-center gap-2 rounded-lg py-2.5 hover:bg-hover"
      >
        <StatusIcon status={status} decorative />
        <span className="text-small font-medium [writing-mode:vertical-rl]">{face.label}</span>
        {total > 0 ? <Count value={total} /> : null}
        <span className="sr-only">Open the column</span>
      </button>
    </section>
  );
}

function ColumnCards({
  column,
  orgSlug,
  current,
  marked,
  reachable,
  listHref,
  onPress,
  onOpen,
}: Omit<ColumnProps, "refusal" | "onCollapse">) {
  const { cards, total, status } = column;
  const { scroller, from, to, scrollTo } = useCardsInSight(cards.length, step);
  const place = current === null ? -1 : cards.findIndex(({ id }) => id === current);
  useEffect(() => {
    if (place >= 0) scrollTo(place);
  }, [place, scrollTo]);
  return (
    <div ref={scroller} data-page-keys="" className="min-h-0 grow overflow-y-auto overscroll-y-contain px-2 pb-2">
      <ul
        aria-label={`Tasks: ${statusFace({ status }).label}`}
        className="relative"
        style={{ height: cards.length * step }}
      >
        {cards.slice(from, to).map((card, index) => (
          <li
            key={card.id}
            className="absolute inset-x-0 top-0 transition-transform duration-150"
            style={{ transform: `translateY(${(from + index) * step}px)` }}
          >
            <TaskCard
              card={card}
              orgSlug={orgSlug}
              isCurrent={card.id === current}
              isMarked={marked.has(card.id)}
              isReachable={card.id === reachable}
              onPress={onPress}
              onOpen={onOpen}
            />
          </li>
        ))}
      </ul>
      {total > cards.length ? (
        <p className="px-1 pb-2 text-small text-muted">
          {total - cards.length} older ones are not shown.{" "}
          <Link href={listHref} className="rounded-sm text-accent-text underline underline-offset-2">
            List all {total}
          </Link>
        </p>
      ) : null}
    </div>
  );
}

function Refusal({ reason }: { reason: string }) {
  return (
    <div className="absolute inset-0 flex items-start justify-center rounded-lg bg-sunken/85 px-4 pt-14">
      <p className="text-center text-small text-pretty text-muted">{reason}</p>
    </div>
  );
}
