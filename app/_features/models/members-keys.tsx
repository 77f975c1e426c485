"use client";

import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { HeldByMember } from "#server/credentials/schema.ts";

/** Who has a key of their own: that it is there, and a way to take it away when somebody leaves. */
export function MembersKeys({ held }: { held: readonly HeldByMember[] }) {
  const [removing, setRemoving] = useState<HeldByMember>();
  const remove = useChange(useTRPC().credentials.remove.mutationOptions(), {
    done: ({ provider }) => `The key of ${provider} is forgotten`,
    refused: "The key was not removed",
  });
  return (
    <Section
      title="Members' own"
      lead="Only their person uses them, in free sessions. They go by themselves when a member is deactivated."
      flush
    >
      <ul aria-label="Keys of members">
        {held.map((one) => (
          <li key={one.id} className="flex items-center gap-3 border-b px-4 py-2 last:border-b-0">
            <p className="min-w-0 grow truncate text-app">
              {one.userName} · {one.provider}{" "}
              <span className="text-small text-muted">
                since <RelativeTime at={one.createdAt} />
                {one.status === "refused" ? ", refused" : ""}
              </span>
            </p>
            <IconButton
              label={`Remove the key of ${one.userName} for ${one.provider}`}
              icon={<Trash2 />}
              size="sm"
              onClick={() => setRemoving(one)}
            />
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={(open) => (open ? undefined : setRemoving(undefined))}
        title={removing ? `Remove ${removing.userName}'s key of ${removing.provider}?` : "Remove the key?"}
        verb="Remove key"
        danger
        onConfirm={() => (removing ? remove.send({ credentialId: removing.id }) : undefined)}
      >
        It is forgotten, and only they can save it again. Their sessions go with the organization's.
      </ConfirmDialog>
    </Section>
  );
}
