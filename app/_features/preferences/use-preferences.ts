"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { Preferences } from "#server/preferences/schema.ts";

/** How one likes one's pages, in every browser; and the way to change it, which counts at once. */
export function usePreferences() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { data } = useQuery(trpc.preferences.get.queryOptions({}, { staleTime: 60_000, retry: false }));
  const { mutate } = useMutation(trpc.preferences.set.mutationOptions());
  const key = trpc.preferences.get.queryKey({});
  const change = useCallback(
    (preferences: Preferences) => {
      const before = client.getQueryData(key);
      client.setQueryData(key, (known) => ({ preferences: { ...known?.preferences, ...preferences } }));
      mutate(
        { preferences },
        {
          onError: (error) => {
            client.setQueryData(key, before);
            toast.error("That was not kept", { description: refusalOf(error) });
          },
        },
      );
    },
    [client, key, mutate],
  );
  return { preferences: data?.preferences, change };
}
