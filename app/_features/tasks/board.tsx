"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref, taskHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { ErrorState } from "#app/_ui/empty-state.tsx";
import { FilterBar } from "#app/_ui/filter-bar.tsx";
import type { Board as BoardData, Card } from "#server/tasks/schema.ts";
import { BoardColumns } from "./board-columns.tsx";
import { cardOn } from "./board-data.ts";
import { type Ask, useBoardKeys } from "./board-keys.ts";
import { BoardMotion } from "./board-motion.tsx";
import { useBoardSelection } from "./board-selection.ts";
import { BoardSkeleton } from "./board-skeleton.tsx";
import { useTaskCommands, wordsOfError } from "./task-commands.ts";
import { usePeek } from "./use-peek.ts";
import { useTaskFilters } from "./use-task-filters.tsx";
import { useWork } from "./work-context.tsx";

const TaskDialogs = dynamic(() => import("./task-dialogs.tsx").then((module) => module.TaskDialogs), { ssr: false });
const BoardEmpty = dynamic(() => import("./board-empty.tsx").then((module) => module.BoardEmpty));
const BulkBar = dynamic(() => import("./bulk-bar.tsx").then((module) => module.BulkBar), { ssr: false });
const TaskPeek = dynamic(() => import("./task-peek.tsx").then((module) => module.TaskPeek), { ssr: false });

/** The board of a team: what is to do, who does it, where it stands, live. */
export function Board() {
  const { team, orgSlug, canWork } = useWork();
  const router = useRouter();
  const trpc = useTRPC();
  const [tags, setTags] = useState<readonly string[]>([]);
  const { filters, state, input } = useTaskFilters(tags);
  const {
    data: board,
    error,
    refetch,
  } = useQuery(trpc.tasks.board.queryOptions({ teamId: team.id, ...input }, { placeholderData: keepPreviousData }));
  // What was offered stays offered, also when a filter leaves only some cards.
  const nextTags = tagsOf(board, tags);
  if (nextTags !== tags) setTags(nextTags);
  const columns = useMemo(() => board?.columns.map(({ cards }) => cards) ?? [], [board]);
  const selection = useBoardSelection(columns);
  const [ask, setAsk] = useState<Ask | null>(null);
  const { peeked, setPeeked } = usePeek();
  const peekedCard = board && peeked !== null ? cardOn(board, peeked) : undefined;
  // A link to a peek opens without a current card; the keys then act on what is looked at.
  const targets = selection.targets.length > 0 ? selection.targets : peekedCard ? [peekedCard] : [];
  const commands = useTaskCommands();
  const onOpen = useCallback((number: number) => router.push(taskHref(orgSlug, number)), [router, orgSlug]);
  const onAsk = (next: Ask) => {
    if (next !== "archive") return setAsk(next);
    void commands.archive(targets);
    selection.clear();
  };
  useBoardKeys({ selection, targets, canWork, isPeeking: peeked !== null, onPeek: setPeeked, onOpen, onAsk });
  useFocusFollows(selection.current);
  const { goTo, toggle } = selection;
  const onPress = useCallback(
    (card: Card, event: MouseEvent) => {
      goTo(card.id);
      if (event.metaKey || event.ctrlKey || event.shiftKey) return toggle(card.id);
      // On a phone there is no room beside the board.
      if (matchMedia("(width < 40rem)").matches) onOpen(card.number);
      else setPeeked(card.number);
    },
    [goTo, toggle, onOpen, setPeeked],
  );
  const onOpenCard = useCallback((card: Card) => onOpen(card.number), [onOpen]);
  const create = canWork ? (
    <Button variant="primary" size="sm" icon={<Plus className="size-3.5" />} keys="c" onClick={() => setAsk("create")}>
      Create task
    </Button>
  ) : null;

  if (!board) {
    return error ? (
      <ErrorState
        title="The board could not be read"
        action={<Button onClick={() => void refetch()}>Try again</Button>}
      >
        {wordsOfError(error)}
      </ErrorState>
    ) : (
      <BoardSkeleton />
    );
  }
  const isEmpty = !state.isActive && board.columns.every(({ total }) => total === 0);
  return (
    <div className="flex h-full min-h-0">
      <div className="relative flex min-w-0 grow flex-col">
        <h1 className="sr-only">{`Board of ${team.name}`}</h1>
        <div className="shrink-0">
          <FilterBar filters={filters} state={state} searchLabel="Search tasks" end={create} />
        </div>
        {isEmpty ? (
          <BoardEmpty onCreate={() => setAsk("create")} />
        ) : (
          <BoardMotion board={board}>
            <BoardColumns
              board={board}
              orgSlug={orgSlug}
              selection={selection}
              canMove={canWork}
              listHref={`${roomHref(orgSlug, team.id, "board").replace(/board$/, "tasks")}`}
              onPress={onPress}
              onOpen={onOpenCard}
              onMove={(card, to) => void commands.move(card, to)}
            />
          </BoardMotion>
        )}
        {selection.chosen.length > 0 && canWork ? (
          <BulkBar count={selection.chosen.length} onAsk={onAsk} onClear={selection.clear} />
        ) : null}
      </div>
      {peeked === null ? null : <TaskPeek number={peeked} onClose={() => setPeeked(null)} />}
      {ask ? <TaskDialogs ask={ask} targets={targets} onClose={() => setAsk(null)} onCreated={setPeeked} /> : null}
    </div>
  );
}

/** The focus goes along with the keys, but is never taken from something else on the page. */
function useFocusFollows(card: Card | null): void {
  const id = card?.id ?? null;
  // In another column it is another element, which must get the focus anew.
  const place = card && `${card.id} ${card.status}`;
  const shown = useRef(place);
  useEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    if (id === null) return;
    let tries = 0;
    let frame = 0;
    const focus = () => {
      const holder = document.activeElement;
      if (holder && holder !== document.body && !holder.hasAttribute("data-card") && holder.id !== "main") return;
      const node = document.querySelector<HTMLElement>(`[data-card="${id}"]`);
      // A card out of sight is drawn a moment after the column has scrolled to it.
      if (node) node.focus({ preventScroll: true });
      else if (tries++ < 10) frame = requestAnimationFrame(focus);
    };
    focus();
    return () => cancelAnimationFrame(frame);
  }, [id, place]);
}

function tagsOf(board: BoardData | undefined, known: readonly string[]): readonly string[] {
  const tags = new Set(known);
  for (const { cards } of board?.columns ?? []) for (const card of cards) for (const tag of card.tags) tags.add(tag);
  return tags.size === known.length ? known : [...tags].sort();
}
