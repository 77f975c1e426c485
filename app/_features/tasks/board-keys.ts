"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { sessionHref } from "#app/_shell/rooms.ts";
import type { Card } from "#server/tasks/schema.ts";
import type { Selection } from "./board-selection.ts";
import { useWork } from "./work-context.tsx";

/** What is asked about the selected tasks, each in a dialog of its own. */
export type Ask = "create" | "assign" | "status" | "priority" | "message" | "archive" | "actions";

type BoardKeys = {
  selection: Selection;
  targets: readonly Card[];
  canWork: boolean;
  isPeeking: boolean;
  onPeek: (number: number | null) => void;
  onOpen: (number: number) => void;
  onAsk: (ask: Ask) => void;
};

/** The keys of the board. Nothing on it can be done by mouse alone. */
export function useBoardKeys({ selection, targets, canWork, isPeeking, onPeek, onOpen, onAsk }: BoardKeys): void {
  const { current } = selection;
  const go = (key: "j" | "k" | "h" | "l") => () => {
    const next = selection.go(key);
    if (next && isPeeking) onPeek(next.number);
  };
  const hasTargets = () => canWork && targets.length > 0;
  const one = targets.length > 1 ? `${targets.length} tasks` : "the task";
  const ask = (what: Ask) => () => onAsk(what);
  const session = useSessionOf();
  useActions([
    { id: "task.create", title: "Create a task", group: "Task", keys: "c", when: () => canWork, run: ask("create") },
    { id: "task.assign", title: `Assign ${one}`, group: "Task", keys: "a", when: hasTargets, run: ask("assign") },
    {
      id: "task.status",
      title: `Move ${one} to another status`,
      group: "Task",
      keys: "s",
      when: hasTargets,
      run: ask("status"),
    },
    {
      id: "task.priority",
      title: `Set the priority of ${one}`,
      group: "Task",
      keys: "p",
      when: hasTargets,
      run: ask("priority"),
    },
    {
      id: "task.message",
      title: "Write a message about the task",
      group: "Task",
      keys: "m",
      when: () => canWork && targets.length === 1,
      run: ask("message"),
    },
    { id: "task.archive", title: `Archive ${one}`, group: "Task", keys: "e", when: hasTargets, run: ask("archive") },
    {
      id: "task.actions",
      title: "Show what can be done",
      group: "Task",
      keys: ".",
      when: hasTargets,
      run: ask("actions"),
    },
    { id: "board.down", title: "Next task", group: "Board", keys: "j", run: go("j") },
    { id: "board.up", title: "Previous task", group: "Board", keys: "k", run: go("k") },
    { id: "board.left", title: "Column to the left", group: "Board", keys: "h", run: go("h") },
    { id: "board.right", title: "Column to the right", group: "Board", keys: "l", run: go("l") },
    ...arrows.map(([keys, key]) => ({
      id: `board.${keys}`,
      title: `Move by ${keys}`,
      group: "Board",
      keys,
      when: isOnACard,
      run: go(key),
    })),
    {
      id: "board.select",
      title: "Select the task",
      group: "Board",
      keys: "x",
      when: () => current !== null,
      run: () => (current ? selection.toggle(current.id) : undefined),
    },
    {
      id: "board.peek",
      title: "Peek at the task",
      group: "Board",
      keys: "Space",
      when: () => current !== null,
      run: () => onPeek(isPeeking ? null : (current?.number ?? null)),
    },
    {
      id: "board.open",
      title: "Open the task",
      group: "Board",
      keys: "Enter",
      when: () => current !== null,
      run: () => (current ? onOpen(current.number) : undefined),
    },
    {
      id: "board.session",
      title: "Open the session of the task",
      group: "Board",
      keys: "o",
      when: () => session.find(current) !== undefined,
      run: () => session.open(current),
    },
    {
      id: "board.clear",
      title: "Select nothing",
      group: "Board",
      keys: "Escape",
      when: () => !isPeeking && (selection.marked.size > 0 || current !== null),
      run: () => {
        if (selection.marked.size > 0) selection.clear();
        else selection.goTo(null);
      },
    },
  ]);
}

/** The session in which an agent has a task in hand, as the cards show it; the keys do not draw the board when it changes. */
function useSessionOf() {
  const client = useQueryClient();
  const router = useRouter();
  const trpc = useTRPC();
  const { orgSlug } = useWork();
  const find = (card: Card | null) =>
    card === null
      ? undefined
      : client
          .getQueryData(trpc.sessions.atWork.queryKey({ teamId: card.teamId }))
          ?.sessions.find(({ taskId }) => taskId === card.id);
  return {
    find,
    open(card: Card | null) {
      const found = find(card);
      if (card && found) router.push(sessionHref(orgSlug, card.teamId, found.id));
    },
  };
}

const arrows = [
  ["ArrowDown", "j"],
  ["ArrowUp", "k"],
  ["ArrowLeft", "h"],
  ["ArrowRight", "l"],
] as const;

// Elsewhere the arrows scroll, as everybody expects of them.
function isOnACard(): boolean {
  return document.activeElement?.hasAttribute("data-card") ?? false;
}
