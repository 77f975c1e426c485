"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** How many messages to the reader are unread, in all and about a task; live. */
export function useUnread() {
  const { data } = useQuery(useTRPC().messages.unread.queryOptions({}));
  return {
    total: data?.total ?? 0,
    about: (taskId: string) => data?.tasks.find((each) => each.taskId === taskId)?.unread ?? 0,
  };
}
