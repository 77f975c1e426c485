"use client";

import { useQuery } from "@tanstack/react-query";
import { Ban, Mail } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Invitation } from "#server/members/schema.ts";
import { roleWords } from "./member-words.ts";

/** The links that still let somebody in. */
export function InvitationList() {
  const query = useQuery(useTRPC().members.invitations.queryOptions({ ended: false }));
  return (
    <Section title="Open invitations" lead="Each link works once and ends after seven days." flush>
      <Loaded
        query={query}
        what="The invitations"
        skeleton={<SkeletonRows count={1} label="Loading the invitations" />}
      >
        {({ invitations }) =>
          invitations.length === 0 ? (
            <p className="px-4 py-5 text-app text-muted">None. Invite a person and send them the link.</p>
          ) : (
            <ul aria-label="Open invitations">
              {invitations.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const revoke = useChange(useTRPC().members.revokeInvitation.mutationOptions(), {
    done: () => "The invitation is revoked",
    refused: "The invitation was not revoked",
  });
  const who = invitation.email ?? "Whoever has the link";
  return (
    <li className="flex min-h-11 items-center gap-3 border-b px-4 py-1.5 text-app last:border-b-0">
      <Mail aria-hidden="true" className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 grow">
        <span className="block truncate font-medium">{who}</span>
        <span className="block text-small text-muted">
          by {invitation.invitedBy.name} <RelativeTime at={invitation.createdAt} />, ends{" "}
          <RelativeTime at={invitation.expiresAt} />
          {invitation.teams.length > 0 ? ` · ${invitation.teams.map(({ name }) => name).join(", ")}` : ""}
        </span>
      </span>
      <Badge>{roleWords[invitation.role].label}</Badge>
      <ConfirmDialog
        title="Revoke this invitation?"
        verb="Revoke invitation"
        danger
        trigger={<IconButton label={`Revoke the invitation of ${who}`} icon={<Ban />} size="sm" />}
        onConfirm={() => revoke.send({ invitationId: invitation.id })}
      >
        Its link stops working at once. Whoever has joined by another link stays.
      </ConfirmDialog>
    </li>
  );
}
