"use client";

import {
  DndContext,
  DragOverlay,
  MouseSensor,
  pointerWithin,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { type RefObject, useEffect, useState } from "react";
import { type TaskStatus, taskStatuses } from "#db/enums.ts";
import type { Card } from "#server/tasks/schema.ts";
import { refusalOf } from "./moves.ts";
import { TaskCard } from "./task-card.tsx";

type BoardDragProps = {
  board: RefObject<HTMLElement | null>;
  find: (id: string) => Card | undefined;
  onDragging: (card: Card | null) => void;
  onDrop: (card: Card, to: TaskStatus) => void;
};

/**
 * Dragging a card with the mouse. It lies beside the board and is loaded when the pointer first enters it: the cards know
 * nothing of it, so ten thousand of them pay nothing. Keys and menus do the same for everybody else.
 */
export function BoardDrag({ board, find, onDragging, onDrop }: BoardDragProps) {
  // The pointer may rest on a card already when this is loaded.
  const [hovered, setHovered] = useState<string | null>(
    () => document.querySelector("[data-card]:hover")?.getAttribute("data-card") ?? null,
  );
  const [dragged, setDragged] = useState<Card | null>(null);
  // A few pixels first, so that a press stays a press.
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 6 } }));
  useEffect(() => {
    const root = board.current;
    const onOver = (event: PointerEvent) => {
      const node = event.target instanceof Element ? event.target.closest("[data-card]") : null;
      setHovered(node?.getAttribute("data-card") ?? null);
    };
    root?.addEventListener("pointerover", onOver);
    return () => root?.removeEventListener("pointerover", onOver);
  }, [board]);
  const drag = (card: Card | null) => {
    setDragged(card);
    onDragging(card);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={pointerWithin}
      onDragStart={({ active }) => drag(find(String(active.id)) ?? null)}
      onDragCancel={() => drag(null)}
      onDragEnd={({ over }) => {
        const to = taskStatuses.find((status) => status === over?.id);
        if (dragged && to && to !== dragged.status) onDrop(dragged, to);
        drag(null);
      }}
    >
      <HoveredCard key={dragged?.id ?? hovered} id={dragged?.id ?? hovered} board={board} />
      {taskStatuses.map((status) => (
        <ColumnTarget
          key={status}
          status={status}
          board={board}
          disabled={dragged !== null && refusalOf(dragged, status) !== null}
        />
      ))}
      <DragOverlay dropAnimation={null}>
        {dragged ? (
          <div aria-hidden="true" className="rotate-1 rounded-md shadow-popup">
            <TaskCard
              card={dragged}
              orgSlug=""
              isCurrent={false}
              isMarked={false}
              isReachable={false}
              onPress={ignore}
              onOpen={ignore}
            />
          </div>
        ) : null}
      </DragOverlay>
    </DndContext>
  );
}

/** Ties the card under the pointer to the drag; only ever one. */
function HoveredCard({ id, board }: { id: string | null; board: RefObject<HTMLElement | null> }) {
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: id ?? "none", disabled: id === null });
  useEffect(() => {
    const node = board.current?.querySelector<HTMLElement>(`[data-card="${id}"]`) ?? null;
    setNodeRef(node);
    const start = (event: MouseEvent) => void listeners?.onMouseDown?.({ nativeEvent: event });
    node?.addEventListener("mousedown", start);
    return () => node?.removeEventListener("mousedown", start);
  }, [id, board, setNodeRef, listeners]);
  useEffect(() => {
    const node = board.current?.querySelector<HTMLElement>(`[data-card="${id}"]`);
    if (!node || !isDragging) return;
    node.style.opacity = "0.4";
    return () => {
      node.style.opacity = "";
    };
  }, [id, board, isDragging]);
  return null;
}

function ColumnTarget({
  status,
  board,
  disabled,
}: {
  status: TaskStatus;
  board: RefObject<HTMLElement | null>;
  disabled: boolean;
}) {
  const { setNodeRef } = useDroppable({ id: status, disabled });
  useEffect(() => {
    setNodeRef(board.current?.querySelector<HTMLElement>(`[data-column="${status}"]`) ?? null);
  });
  return null;
}

const ignore = () => {};
