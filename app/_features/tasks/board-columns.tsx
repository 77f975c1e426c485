"use client";

import clsx from "clsx";
import dynamic from "next/dynamic";
import { type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import type { TaskStatus } from "#db/enums.ts";
import { StatusIcon, statusFace } from "#app/_ui/status.tsx";
import type { Board, Card } from "#server/tasks/schema.ts";
import { BoardColumn, CollapsedColumn } from "./board-column.tsx";
import type { Selection } from "./board-selection.ts";
import { cardOn } from "./board-data.ts";
import { MoreColumns } from "./more-columns.tsx";
import { refusalOf } from "./moves.ts";

const BoardDrag = dynamic(() => import("./board-drag.tsx").then((module) => module.BoardDrag), { ssr: false });

/** In the order of the work; the ends that went another way stand last. */
const order: readonly TaskStatus[] = [
  "todo",
  "in_progress",
  "blocked",
  "in_review",
  "in_approval",
  "merging",
  "done",
  "failed",
  "cancelled",
];
/** These matter even when nobody is in them; the others are strips until somebody is. What was cancelled stays one. */
const always: ReadonlySet<TaskStatus> = new Set(["todo", "in_progress", "in_review", "merging", "done"]);

type BoardColumnsProps = {
  board: Board;
  orgSlug: string;
  selection: Selection;
  canMove: boolean;
  listHref: string;
  onPress: (card: Card, event: MouseEvent) => void;
  onOpen: (card: Card) => void;
  onMove: (card: Card, to: TaskStatus) => void;
};

/** The columns side by side; on a phone one fills the screen and the others are a swipe away. */
export function BoardColumns({
  board,
  orgSlug,
  selection,
  canMove,
  listHref,
  onPress,
  onOpen,
  onMove,
}: BoardColumnsProps) {
  const root = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<Card | null>(null);
  const [canDrag, setCanDrag] = useState(false);
  const byStatus = new Map(board.columns.map((column) => [column.status, column]));
  const columns = order.flatMap((status) => byStatus.get(status) ?? []);
  const [turned, setTurned] = useState<ReadonlySet<TaskStatus>>(new Set());
  const isOpen = ({ status, total }: Board["columns"][number]) =>
    turned.has(status) !== (always.has(status) || (total > 0 && status !== "cancelled"));
  const turn = useCallback(
    (status: TaskStatus) =>
      setTurned(
        (known) => new Set(known.has(status) ? [...known].filter((each) => each !== status) : [...known, status]),
      ),
    [],
  );
  const { current, reachable } = selection;
  return (
    <>
      <ColumnChooser columns={columns.filter(isOpen)} root={root} />
      <div className="relative flex min-h-0 grow flex-col">
        <div
          ref={root}
          onPointerEnter={(event) => setCanDrag((known) => known || (canMove && event.pointerType === "mouse"))}
          className="flex min-h-0 grow snap-x snap-mandatory gap-2 overflow-x-auto px-3 pb-3 sm:snap-none"
        >
          {columns.map((column) => {
            const refusal = dragged && dragged.status !== column.status ? refusalOf(dragged, column.status) : undefined;
            if (!isOpen(column))
              return (
                <CollapsedColumn
                  key={column.status}
                  column={column}
                  refusal={refusal}
                  onOpen={() => turn(column.status)}
                />
              );
            return (
              <BoardColumn
                key={column.status}
                column={column}
                orgSlug={orgSlug}
                current={current?.status === column.status ? current.id : null}
                marked={selection.marked}
                reachable={reachable?.status === column.status ? reachable.id : null}
                listHref={`${listHref}?status=${column.status}`}
                refusal={refusal}
                onPress={onPress}
                onOpen={onOpen}
                onCollapse={always.has(column.status) ? undefined : turn}
              />
            );
          })}
        </div>
        <MoreColumns
          root={root}
          columns={columns
            .filter(isOpen)
            .map(({ status }) => status)
            .join(" ")}
        />
      </div>
      {canDrag ? (
        <BoardDrag board={root} find={(id) => cardOn(board, id)} onDragging={setDragged} onDrop={onMove} />
      ) : null}
    </>
  );
}

type ColumnChooserProps = { columns: Board["columns"]; root: React.RefObject<HTMLDivElement | null> };

/** On a phone: every column with its count, one press away. */
function ColumnChooser({ columns, root }: ColumnChooserProps) {
  const [shown, setShown] = useState<TaskStatus>("todo");
  const statuses = columns.map(({ status }) => status).join(" ");
  const isPlaced = useRef(false);
  const first = columns.find(({ total }) => total > 0)?.status;
  useEffect(() => {
    if (isPlaced.current || !first || !root.current || !matchMedia("(width < 40rem)").matches) return;
    isPlaced.current = true;
    // An empty To do would hide that there are cards at all.
    const column = root.current.querySelector(`[data-column="${first}"]`);
    if (first !== "todo") column?.scrollIntoView({ behavior: "instant", inline: "center", block: "nearest" });
  }, [root, first]);
  useEffect(() => {
    // A swipe changes the column as a press does. Where all stand side by side there is nothing to follow.
    if (!root.current || !matchMedia("(width < 40rem)").matches) return;
    const follow = (entries: IntersectionObserverEntry[]) => {
      const name = entries.find(({ isIntersecting }) => isIntersecting)?.target.getAttribute("data-column");
      const status = order.find((each) => each === name);
      if (status) setShown(status);
    };
    const seen = new IntersectionObserver(follow, { root: root.current, threshold: 0.6 });
    for (const column of root.current.querySelectorAll("[data-column]")) seen.observe(column);
    return () => seen.disconnect();
  }, [root, statuses]);
  return (
    <div
      role="group"
      aria-label="Columns"
      className="flex shrink-0 gap-1.5 overflow-x-auto px-3 pb-2 [scrollbar-width:none] sm:hidden"
    >
      {columns.map(({ status, total }) => (
        <button
          key={status}
          type="button"
          aria-pressed={shown === status}
          onClick={() => {
            setShown(status);
            root.current
              ?.querySelector(`[data-column="${status}"]`)
              ?.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
          }}
          className={clsx(
            "inline-flex h-9 shrink-0 items-center gap-1.5 rounded-md border px-2.5 text-app font-medium whitespace-nowrap",
            shown === status ? "border-accent-line bg-accent-soft text-ink" : "bg-surface text-muted",
          )}
        >
          <StatusIcon status={status} decorative />
          {statusFace({ status }).label}
          <span className="text-faint">{total}</span>
        </button>
      ))}
    </div>
  );
}
