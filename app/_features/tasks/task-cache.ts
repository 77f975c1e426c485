"use client";

import { type QueryClient, type QueryFilters, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { Board, Card, TaskDetail } from "#server/tasks/schema.ts";
import { patchBoard, patchGraph, patchTask } from "#app/_lib/patches.ts";
import { cardOn } from "./board-data.ts";

type Queries = ReturnType<typeof useTRPC>;

/** The one place that writes a card into everything on the page that shows it: board, list, graph, task. */
export function useTaskCache() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return useMemo(
    () => ({
      put: (card: Card) => putCard(client, trpc, card),
      /** The card as any view shows it now. */
      find: (id: string): Card | undefined => findCard(client, trpc, id),
      refresh: () => client.invalidateQueries({ queryKey: trpc.tasks.pathKey() }),
    }),
    [client, trpc],
  );
}

function putCard(client: QueryClient, trpc: Queries, card: Card): void {
  // Where a card alone cannot tell what a view shows, the view is read again.
  const patch = <Data>(filter: QueryFilters, change: (data: Data, card: Card) => Data | undefined) => {
    for (const [queryKey, data] of client.getQueriesData<Data>(filter)) {
      if (data === undefined) continue;
      const patched = change(data, card);
      if (patched === undefined) void client.invalidateQueries({ queryKey, exact: true });
      else client.setQueryData(queryKey, patched);
    }
  };
  patch(trpc.tasks.board.pathFilter(), patchBoard);
  patch(trpc.tasks.graph.pathFilter(), patchGraph);
  patch(trpc.tasks.get.pathFilter(), (known: { task: TaskDetail }) => ({ task: patchTask(known.task, card) }));
}

function findCard(client: QueryClient, trpc: Queries, id: string): Card | undefined {
  for (const [, board] of client.getQueriesData<Board>(trpc.tasks.board.pathFilter())) {
    const card = board && cardOn(board, id);
    if (card) return card;
  }
  for (const [, known] of client.getQueriesData<{ task: TaskDetail }>(trpc.tasks.get.pathFilter())) {
    if (known?.task.id === id) return known.task;
  }
  return undefined;
}
