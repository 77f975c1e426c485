"use client";

import { useCallback, useState } from "react";
import type { Card } from "#server/tasks/schema.ts";
import { neighbour } from "./board-data.ts";

export type Selection = ReturnType<typeof useBoardSelection>;

/** Where the keys stand, and what is selected for a change of many. */
export function useBoardSelection(columns: readonly (readonly Card[])[]) {
  const [current, setCurrent] = useState<string | null>(null);
  const [marked, setMarked] = useState<ReadonlySet<string>>(none);
  const cards = columns.flat();
  const toggle = useCallback(
    (id: string) =>
      setMarked((known) => {
        const next = new Set(known);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  const here = cards.find(({ id }) => id === current) ?? null;
  const chosen = marked.size > 0 ? cards.filter(({ id }) => marked.has(id)) : [];
  return {
    current: here,
    /** Tab reaches the current card, or the first. */
    reachable: here ?? cards[0] ?? null,
    marked,
    chosen,
    /** What a key acts on: the selected ones, else the one the keys stand on. */
    targets: chosen.length > 0 ? chosen : here ? [here] : [],
    goTo: setCurrent,
    go: (key: "j" | "k" | "h" | "l") => {
      const next = neighbour(columns, current, key);
      if (next) setCurrent(next.id);
      return next ?? null;
    },
    toggle,
    clear: useCallback(() => setMarked(none), []),
  };
}

const none: ReadonlySet<string> = new Set();
