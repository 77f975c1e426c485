"use client";

import { Ban } from "lucide-react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { ApiKey } from "#server/api-keys/schema.ts";

/** Ends a key for good, after saying who is cut off by it. */
export function RevokeKey({ apiKey }: { apiKey: ApiKey }) {
  const revoke = useChange(useTRPC().apiKeys.revoke.mutationOptions(), {
    done: () => `The key ${apiKey.name} is revoked`,
    refused: "The key was not revoked",
  });
  if (apiKey.status === "revoked" || apiKey.status === "expired") return null;
  return (
    <ConfirmDialog
      title={`Revoke ${apiKey.name}?`}
      verb="Revoke key"
      danger
      trigger={<IconButton label={`Revoke ${apiKey.name}`} icon={<Ban />} size="sm" />}
      onConfirm={() => revoke.send({ apiKeyId: apiKey.id })}
    >
      Whoever uses the key that ends in <span className="font-mono">{apiKey.lastFour}</span>
      {apiKey.agent ? ` (${apiKey.agent.name})` : ""} is refused within seconds. Its events stay on record. This cannot
      be undone.
    </ConfirmDialog>
  );
}
