"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCurrentTeam } from "#app/_lib/current-team.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** Which team something new is for: the one that is looked at, until another is chosen. Its options fit a select. */
export function useTeamChoice(first?: string) {
  // Archived ones are read too: most pages have that answer already.
  const { data } = useQuery(useTRPC().teams.list.queryOptions({ archived: true }));
  const current = useCurrentTeam();
  const [chosen, choose] = useState<string | null>(first ?? null);
  const teams = (data?.teams ?? []).filter(({ archivedAt }) => archivedAt === null);
  const team = teams.find(({ id }) => id === chosen) ?? teams.find(({ id }) => id === current) ?? teams[0];
  return { teamId: team?.id ?? null, choose, options: teams.map(({ id, name }) => ({ value: id, label: name })) };
}
