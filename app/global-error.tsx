"use client";

import { BareError } from "#app/_ui/bare-error.tsx";
import "./globals.css";

/** The frame itself broke: this page brings its own document. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Entourage could not be shown</title>
        <main className="flex min-h-dvh items-center justify-center">
          <BareError title="Entourage could not be shown" reference={error.digest} onRetry={reset}>
            Nothing was lost: agents go on working and everything is stored. Reload the page if it does not come back.
          </BareError>
        </main>
      </body>
    </html>
  );
}
