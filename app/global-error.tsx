"use client";

import { Button } from "#app/_ui/button.tsx";
import { ErrorState } from "#app/_ui/empty-state.tsx";
import "./globals.css";

/** The frame itself broke: this page brings its own document. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Entourage could not be shown</title>
        <main className="flex min-h-dvh items-center justify-center">
          <ErrorState
            title="Entourage could not be shown"
            reference={error.digest ? `Reference ${error.digest}` : undefined}
            action={
              <Button variant="primary" onClick={reset}>
                Try again
              </Button>
            }
          >
            Nothing was lost: agents go on working and everything is stored. Reload the page if it does not come back.
          </ErrorState>
        </main>
      </body>
    </html>
  );
}
