"use client";

import { Button } from "#app/_ui/button.tsx";
import { ErrorState } from "#app/_ui/empty-state.tsx";
import { wordsOfError } from "./task-commands.ts";

/** A task that is not there, or could not be read. */
export function TaskError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <ErrorState title="The task cannot be shown" action={<Button onClick={onRetry}>Try again</Button>}>
      {wordsOfError(error)}
    </ErrorState>
  );
}
