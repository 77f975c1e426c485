"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { FeedEvent } from "#server/events/schema.ts";
import type { Names } from "./sentences/about.ts";

/** Names of people, agents, teams and repositories, for sentences whose events hold only ids. */
export function useNames(teamId: string | undefined, events: readonly FeedEvent[]): Names {
  const trpc = useTRPC();
  const members = useQuery(trpc.members.list.queryOptions({ deactivated: true })).data;
  const agents = useQuery(trpc.agents.list.queryOptions({ archived: true })).data;
  const teams = useQuery(trpc.teams.list.queryOptions({ archived: true })).data;
  const ofTeam = trpc.repos.list.queryOptions({ teamId: teamId ?? "", archived: true });
  const repos = useQuery({ ...ofTeam, enabled: teamId !== undefined }).data;
  const { can } = useMe();
  const keys = useQuery({ ...trpc.apiKeys.list.queryOptions({ ended: true }), enabled: can("keys:manage") }).data;
  return useMemo(() => {
    const names = new Map<string, string>([
      ...(members?.members ?? []).map(({ userId, name }) => [userId, name] as const),
      ...[...(agents?.agents ?? []), ...(teams?.teams ?? []), ...(repos?.repos ?? []), ...(keys?.apiKeys ?? [])].map(
        ({ id, name }) => [id, name] as const,
      ),
      // Who may not list the keys still reads the names of those that were made within the events at hand.
      ...events.flatMap(({ type, subjectId, data }) =>
        type === "api_key.created" && typeof data.name === "string" ? [[subjectId, data.name] as const] : [],
      ),
    ]);
    const numbers = new Map(
      events.flatMap(({ taskId, taskNumber }) => (taskId && taskNumber ? [[taskId, taskNumber] as const] : [])),
    );
    return { nameOf: (id) => names.get(id), taskNumberOf: (id) => numbers.get(id) };
  }, [members, agents, teams, repos, keys, events]);
}
