"use client";

import { BareError } from "#app/_ui/bare-error.tsx";

/** A page that broke while it was drawn. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="flex min-h-[70dvh] items-center justify-center">
      <BareError title="This page could not be shown" reference={error.digest} onRetry={reset}>
        Nothing was lost: agents go on working and everything is stored. If it happens again, the reference below finds
        it in the server's log.
      </BareError>
    </div>
  );
}
