"use client";

import { KeyRound } from "lucide-react";
import { useState } from "react";
import type { Provider } from "#app/_lib/auth.ts";
import { Button } from "#app/_ui/button.tsx";
import { signInWithProvider } from "./sign-in-client.ts";

/** The ways in that need no password of ours; nothing when none is set up. */
export function ProviderButtons({ providers, returnTo }: { providers: readonly Provider[]; returnTo: string }) {
  const [leaving, setLeaving] = useState<string>();
  const [message, setMessage] = useState("");
  if (providers.length === 0) return null;

  async function leave(id: string) {
    setLeaving(id);
    const refusal = await signInWithProvider(id, returnTo);
    if (!refusal) return;
    setLeaving(undefined);
    setMessage(refusal.message);
  }

  return (
    <div className="flex flex-col gap-2 pt-4">
      <p className="flex items-center gap-3 pb-1 text-small text-faint before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
        or
      </p>
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          size="lg"
          icon={<KeyRound className="size-4" />}
          loading={leaving === id}
          onClick={() => void leave(id)}
        >
          Continue with {name}
        </Button>
      ))}
      <p role="alert" className="text-small text-danger">
        {message}
      </p>
    </div>
  );
}
