"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** The task as the server holds it, kept live; by the number people say. */
export function useTask(number: number) {
  return useQuery(useTRPC().tasks.get.queryOptions({ task: String(number) }));
}
