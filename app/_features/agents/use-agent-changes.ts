"use client";

import { useTRPC } from "#app/_lib/trpc.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";

/** What a person does to agents. */
export function useAgentChanges() {
  const { agents } = useTRPC();
  const update = useChange(agents.update.mutationOptions(), {
    done: ({ agent }) => `${agent.name} was changed`,
    refused: "The agent was not changed",
  });
  const archive = useChange(agents.archive.mutationOptions(), {
    done: ({ agent }) => `${agent.name} is archived`,
    refused: "The agent was not archived",
  });
  return { update, archive };
}
