"use client";

import { Button } from "#app/_ui/button.tsx";
import { ErrorState } from "#app/_ui/empty-state.tsx";

/** A page that broke while it was drawn. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="flex min-h-[70dvh] items-center justify-center">
      <ErrorState
        title="This page could not be shown"
        reference={error.digest ? `Reference ${error.digest}` : undefined}
        action={
          <Button variant="primary" onClick={reset}>
            Try again
          </Button>
        }
      >
        Nothing was lost: agents go on working and everything is stored. If it happens again, the reference below finds
        it in the server's log.
      </ErrorState>
    </div>
  );
}
