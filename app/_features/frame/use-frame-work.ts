"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { faceOfAgent } from "#app/_features/agents/agent-face.ts";
import { periodWords, tightest } from "#app/_features/budgets/budget-words.ts";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import type { Frame } from "#app/_server/frame.ts";
import { roomHref, settingsHref, taskHref } from "#app/_shell/rooms.ts";
import type { PauseChoice, SearchHit, Spend } from "#app/_shell/shell-props.ts";
import { statusFace } from "#app/_ui/status.tsx";
import type { Budget } from "#server/budgets/schema.ts";

/** What the frame itself does: count who works, pause and resume, find tasks for the palette. */
export function useFrameWork(frame: Frame, team: { id: string } | null) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const router = useRouter();
  const teamId = team?.id;
  const agents = useQuery(trpc.agents.list.queryOptions({ teamId }, { enabled: teamId !== undefined }));
  const free = useQuery(
    trpc.sessions.atWork.queryOptions(
      { teamId: teamId ?? "" },
      { enabled: teamId !== undefined, select: (atWork) => atWork.free },
    ),
  );
  const budgets = useQuery(trpc.budgets.list.queryOptions({ teamId }, { enabled: teamId !== undefined }));
  // A minute is near enough for the hour at which a team closes or opens.
  const ofTeam = trpc.teams.settings.queryOptions({ teamId: teamId ?? "" });
  const settings = useQuery({ ...ofTeam, enabled: teamId !== undefined, refetchInterval: 60_000 });
  const open = settings.data?.settings.open;
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
    working: {
      agents: agents.data?.agents.filter((agent) => faceOfAgent(agent) === "working").length ?? 0,
      sessions: free.data ?? 0,
    },
    spend: teamId ? spendOf(frame, teamId, budgets.data?.budgets ?? []) : null,
    search,
    closed: open && !open.now ? { opensAt: open.opensAt } : null,
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

function spendOf(frame: Frame, teamId: string, budgets: readonly Budget[]): Spend | null {
  const budget = tightest(budgets);
  if (!budget) return null;
  return {
    spentMicros: budget.settledMicros,
    capMicros: budget.capMicros,
    when: periodWords[budget.period].now,
    whose: budget.name,
    state: budget.state,
    isAsked: budget.requestId !== null,
    href: roomHref(frame.org.slug, teamId, "costs"),
    raiseHref: frame.canRaise ? `${settingsHref(frame.org.slug, "budgets")}?budget=${budget.id}` : null,
  };
}
