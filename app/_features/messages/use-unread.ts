"use client";

import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** How many messages to the reader are unread, in all and about a task; live. */
export function useUnread() {
  const { data } = useQuery(useTRPC().messages.unread.queryOptions({}));
  // A part of the page that is taken over late would find the answer there already, and differ from what the server drew.
  const isTakenOver = useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  );
  const known = isTakenOver ? data : undefined;
  return {
    total: known?.total ?? 0,
    about: (taskId: string) => known?.tasks.find((each) => each.taskId === taskId)?.unread ?? 0,
  };
}
