"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";

/** Everything one can do with a session as a whole. */
export function useSessionChanges() {
  const trpc = useTRPC().sessions;
  return {
    rename: useChange(trpc.rename.mutationOptions(), { refused: "The session kept its name" }),
    cancelTurn: useChange(trpc.cancelTurn.mutationOptions(), { refused: "The turn was not stopped" }),
    pause: useChange(trpc.pause.mutationOptions(), {
      done: () => "The session is paused",
      refused: "The session was not paused",
    }),
    resume: useChange(trpc.resume.mutationOptions(), {
      done: () => "The session goes on",
      refused: "The session was not resumed",
    }),
    fork: useChange(trpc.fork.mutationOptions(), { refused: "The session was not forked" }),
    stop: useChange(trpc.stop.mutationOptions(), {
      done: () => "The session is stopped",
      refused: "The session was not stopped",
    }),
    archive: useChange(trpc.archive.mutationOptions(), {
      done: () => "The session is archived",
      refused: "The session was not archived",
    }),
    remove: useChange(trpc.remove.mutationOptions(), {
      done: () => "The session is being removed",
      refused: "The session was not removed",
    }),
    setMode: useChange(trpc.setMode.mutationOptions(), { refused: "The mode was not changed" }),
    setModel: useChange(trpc.setModel.mutationOptions(), { refused: "The model was not changed" }),
  };
}
