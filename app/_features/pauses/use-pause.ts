"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** Stops and starts work, in whatever scope. `name` is what the toast says it of: "All work", "ada". */
export function usePause(name: string) {
  const { pauses } = useTRPC();
  const pause = useChange(pauses.pause.mutationOptions(), {
    done: ({ revoked }) =>
      revoked > 0
        ? `${name} is paused; ${revoked === 1 ? "a task was" : `${revoked} tasks were`} taken back`
        : `${name} is paused`,
    refused: `${name} was not paused`,
  });
  const resume = useChange(pauses.resume.mutationOptions(), {
    done: () => `${name} may start again`,
    refused: `${name} stays paused`,
  });
  return { pause, resume };
}
