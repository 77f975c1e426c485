"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useTeamOfPage } from "#app/_features/frame/org-frame.tsx";
import type { Card } from "#server/tasks/schema.ts";

export type Person = NonNullable<Card["assignee"]>;

/** Where the work pages stand: whose board it is, who looks at it, who can be given work, where work can go. */
export type Work = {
  orgSlug: string;
  team: { id: string; name: string };
  me: { id: string; name: string };
  /** False for viewers: everything that changes something is left out. */
  canWork: boolean;
  /** Whether they may start the sample, which brings a team with agents of its own. */
  canTrySample: boolean;
  people: readonly Person[];
  repos: readonly { id: string; name: string }[];
};

const WorkContext = createContext<Work | null>(null);

/** Gives the work pages what they all need to know. Its value is fetched on the server, once per page. */
export function WorkProvider({ work, children }: { work: Work; children: ReactNode }) {
  useTeamOfPage(work.team.id);
  return <WorkContext value={work}>{children}</WorkContext>;
}

export function useWork(): Work {
  const work = useContext(WorkContext);
  if (!work) throw new Error("The work pages need <WorkProvider> above them.");
  return work;
}

/** The name of a person or an agent by id, for events that hold only the id. */
export function useNameOf(): (id: string) => string | undefined {
  const { people } = useWork();
  const names = useMemo(() => new Map(people.map(({ id, name }) => [id, name])), [people]);
  return (id) => names.get(id);
}
