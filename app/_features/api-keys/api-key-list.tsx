"use client";

import { KeyRound } from "lucide-react";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { ApiKey } from "#server/api-keys/schema.ts";
import { RevokeKey } from "./revoke-key.tsx";
import { RotateKey } from "./rotate-key.tsx";

/** Keys in little room: name, last four, last use, and the way to end one. */
export function ApiKeyList({ apiKeys }: { apiKeys: readonly ApiKey[] }) {
  return (
    <ul className="rounded-md border">
      {apiKeys.map((apiKey) => (
        <li key={apiKey.id} className="flex min-h-9 items-center gap-2 border-b px-3 py-1 text-app last:border-b-0">
          <KeyRound aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
          <span className="min-w-0 truncate">{apiKey.name}</span>
          <span className="font-mono text-small text-faint">…{apiKey.lastFour}</span>
          <span className="ml-auto text-small whitespace-nowrap text-muted">
            {apiKey.lastUsedAt ? (
              <>
                used <RelativeTime at={apiKey.lastUsedAt} />
              </>
            ) : (
              "never used"
            )}
          </span>
          <RotateKey apiKey={apiKey} />
          <RevokeKey apiKey={apiKey} />
        </li>
      ))}
    </ul>
  );
}
