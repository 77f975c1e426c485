"use client";

import { useMutation } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Priority, TaskStatus } from "#db/enums.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { priorityLabel } from "#app/_ui/status.tsx";
import { taskFaces } from "#app/_ui/statuses.ts";
import { toast } from "#app/_ui/toast.ts";
import type { Card } from "#server/tasks/schema.ts";
import { changed } from "./board-data.ts";
import { refusalOf } from "./moves.ts";
import { useTaskCache } from "./task-cache.ts";
import type { Person } from "./work-context.tsx";

type Bulk = {
  priority?: Priority;
  assignee?: Person | null;
  addTags?: string[];
  status?: "todo" | "cancelled";
  archive?: boolean;
};

/**
 * What a person does to tasks from a list: shown at once, taken back in words when the server refuses. Where several are
 * given they go as one request, which says what was refused and why.
 */
export function useTaskCommands() {
  const trpc = useTRPC();
  const cache = useTaskCache();
  const changeStatus = useMutation(trpc.tasks.changeStatus.mutationOptions()).mutateAsync;
  const assign = useMutation(trpc.tasks.assign.mutationOptions()).mutateAsync;
  const update = useMutation(trpc.tasks.update.mutationOptions()).mutateAsync;
  const archive = useMutation(trpc.tasks.archive.mutationOptions()).mutateAsync;
  const bulkUpdate = useMutation(trpc.tasks.bulkUpdate.mutationOptions()).mutateAsync;
  return useMemo(
    () => taskCommands(cache, { changeStatus, assign, update, archive, bulkUpdate }),
    [cache, changeStatus, assign, update, archive, bulkUpdate],
  );
}

type Cache = ReturnType<typeof useTaskCache>;
type Tasks = ReturnType<typeof useTRPC>["tasks"];
type Sends = {
  [Name in "changeStatus" | "assign" | "update" | "archive" | "bulkUpdate"]: (
    input: Tasks[Name]["~types"]["input"],
  ) => Promise<Tasks[Name]["~types"]["output"]>;
};

function taskCommands(cache: Cache, { changeStatus, assign, update, archive, bulkUpdate }: Sends) {
  const optimistic = async (
    card: Card,
    change: Partial<Card>,
    refused: string,
    send: () => Promise<{ task: Card }>,
  ) => {
    const expected = changed(card, change);
    cache.put(expected);
    try {
      cache.put((await send()).task);
      return true;
    } catch (error) {
      // Something newer may have come over realtime meanwhile; only our own guess is taken back.
      if (cache.find(card.id)?.updatedAt === expected.updatedAt || change.archivedAt) cache.put(card);
      toast.error(refused, { description: wordsOfError(error) });
      return false;
    }
  };

  const bulk = async (cards: readonly Card[], change: Bulk) => {
    const tasks = cards.map(({ id }) => id);
    try {
      const { assignee, ...rest } = change;
      const { changed: done, refused } = await bulkUpdate({
        tasks,
        ...rest,
        ...(assignee === undefined ? {} : { assignee: assignee && { kind: assignee.kind, id: assignee.id } }),
      });
      await cache.refresh();
      if (refused.length === 0) toast.success(`${counted(done.length)} changed`);
      else
        toast.warning(`${counted(done.length)} changed, ${refused.length} refused`, {
          description: refused
            .slice(0, 3)
            .map(({ reason }) => reason)
            .join(" "),
        });
    } catch (error) {
      toast.error("Nothing was changed", { description: wordsOfError(error) });
    }
  };

  return {
    /** Moves one task, or says why not. */
    move: async (card: Card, to: TaskStatus, reason?: string) => {
      if (card.status === to) return false;
      const refusal = refusalOf(card, to);
      const stays = `#${card.number} stays in “${taskFaces[card.status].label}”`;
      if (refusal) {
        toast.warning(stays, { description: refusal });
        return false;
      }
      return optimistic(card, { status: to }, stays, () =>
        changeStatus({ task: card.id, status: to, ...(reason ? { reason } : {}) }),
      );
    },
    assign: (cards: readonly Card[], assignee: Person | null) => {
      const [card] = cards;
      if (cards.length > 1 || !card) return bulk(cards, { assignee });
      return optimistic(card, { assignee }, `#${card.number} was not reassigned`, () =>
        assign({ task: card.id, assignee: assignee && { kind: assignee.kind, id: assignee.id } }),
      );
    },
    prioritise: (cards: readonly Card[], priority: Priority) => {
      const [card] = cards;
      if (cards.length > 1 || !card) return bulk(cards, { priority });
      return optimistic(
        card,
        { priority },
        `#${card.number} keeps its priority, ${priorityLabel(card.priority).toLowerCase()}`,
        () => update({ task: card.id, priority }),
      );
    },
    archive: (cards: readonly Card[]) => {
      const [card] = cards;
      if (cards.length > 1 || !card) return bulk(cards, { archive: true });
      if (card.status !== "done" && card.status !== "cancelled") {
        toast.warning(`#${card.number} stays on the board`, {
          description: "Only done and cancelled tasks can be archived.",
        });
        return Promise.resolve(false);
      }
      return optimistic(card, { archivedAt: new Date().toISOString() }, `#${card.number} was not archived`, () =>
        archive({ task: card.id }),
      );
    },
    bulk,
  };
}

/** What went wrong, as the server said it. */
export function wordsOfError(error: unknown): string {
  return error instanceof Error && error.message
    ? error.message
    : "The server did not answer. Nothing was changed; try again.";
}

const counted = (count: number) => `${count} ${count === 1 ? "task" : "tasks"}`;
