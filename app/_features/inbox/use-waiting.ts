"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** Everything that waits for a person in this organization, most costly first. Realtime keeps it right. */
export function useWaiting() {
  return useQuery(useTRPC().requests.waiting.queryOptions({}));
}
