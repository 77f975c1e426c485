"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** How each kind of agent is called. */
export function useAgentNames(): (kind: string | null) => string {
  const { data } = useQuery(useTRPC().sessions.kinds.queryOptions({}, { staleTime: 5 * 60_000 }));
  return (kind) => data?.kinds.find(({ id }) => id === kind)?.name ?? kind ?? "External agent";
}
