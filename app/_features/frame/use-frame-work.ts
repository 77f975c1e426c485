"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import type { Frame } from "#app/_server/frame.ts";
import { taskHref } from "#app/_shell/rooms.ts";
import type { PauseChoice, SearchHit } from "#app/_shell/shell-props.ts";
import { statusFace } from "#app/_ui/status.tsx";

/** What the frame itself does: count who works, pause and resume, find tasks for the palette. */
export function useFrameWork(frame: Frame, team: { id: string } | null) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const router = useRouter();
  const teamId = team?.id;
  const agents = useQuery(trpc.agents.list.queryOptions({ teamId }, { enabled: teamId !== undefined }));
  const search = useCallback(
    async (query: string): Promise<SearchHit[]> => {
      const q = query.trim();
      if (!teamId || !q) return [];
      const { tasks } = await api.tasks.list.query({ teamId, q, limit: 8 });
      return tasks.map(({ id, number, title, status }) => ({
        id,
        title: `#${number} ${title}`,
        hint: statusFace({ status }).label,
        href: taskHref(frame.org.slug, number),
      }));
    },
    [api, teamId, frame.org.slug],
  );
  return {
    runningAgents: agents.data?.agents.filter(({ holds }) => holds.length > 0).length ?? 0,
    search,
    onPause: async (choice: PauseChoice) => {
      await api.pauses.pause.mutate(choice);
      router.refresh();
    },
    onResume: async () => {
      // Whichever of the two stands still; the organization's pause covers the team's.
      await api.pauses.resume.mutate(frame.paused || !teamId ? {} : { teamId });
      router.refresh();
    },
  };
}
