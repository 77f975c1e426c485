"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { SeenSections } from "#app/_features/task-contexts/context-sections.tsx";
import { useTRPCClient } from "#app/_lib/trpc.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { GoalFile } from "./goal-files.tsx";

type PlannerSeesProps = {
  repoId: string | null;
  rigor: "L1" | "L2" | "L3";
  files: readonly GoalFile[];
  /** What stands in the text box at this moment. */
  readRequirements: () => string;
};

/** Folded: everything the planning model will be told of this goal, the repository with it, before anything is spent. */
export function PlannerSees({ repoId, rigor, files, readRequirements }: PlannerSeesProps) {
  const client = useTRPCClient();
  const [requirements, setRequirements] = useState<string | null>(null);
  const asked = { repoId, rigor, files: [...files], requirements: requirements ?? "" };
  const query = useQuery({
    queryKey: ["plan-brief", asked],
    queryFn: () => client.plans.previewBrief.mutate(asked),
    enabled: requirements !== null,
    // It is read from the newest commit: asked anew whenever it is opened.
    staleTime: 0,
  });
  return (
    <details
      className="text-app"
      onToggle={({ currentTarget }) => setRequirements(currentTarget.open ? readRequirements() : null)}
    >
      <summary className="w-fit cursor-pointer rounded-sm text-muted hover:text-ink">
        What the planning model will see
        {query.data && requirements !== null ? `: about ${query.data.tokens.toLocaleString("en")} tokens` : ""}
      </summary>
      {requirements === null ? null : (
        <div className="pt-2">
          <Loaded
            query={query}
            what="What it will see"
            skeleton={<SkeletonRows count={4} label="Reading what it sees" />}
          >
            {({ sections }) => (
              <SeenSections sections={sections} label="What the planning model will see" onLeaveOut={undefined} />
            )}
          </Loaded>
        </div>
      )}
    </details>
  );
}
