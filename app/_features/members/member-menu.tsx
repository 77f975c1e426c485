"use client";

import { Ellipsis, KeyRound, UserCheck, UserX } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem } from "#app/_ui/menu.tsx";
import type { Member } from "#server/members/schema.ts";
import { ResetLinkDialog } from "./reset-link-dialog.tsx";

/** Deactivate and reactivate, each after saying what happens. */
export function MemberMenu({ member, isMe }: { member: Member; isMe: boolean }) {
  const { members } = useTRPC();
  const [asking, setAsking] = useState(false);
  const [resetting, setResetting] = useState(false);
  const deactivate = useChange(members.deactivate.mutationOptions(), {
    done: () => `${member.name} is deactivated and signed out everywhere`,
    refused: `${member.name} was not deactivated`,
  });
  const reactivate = useChange(members.reactivate.mutationOptions(), {
    done: () => `${member.name} is active again`,
    refused: `${member.name} was not reactivated`,
  });
  const isOut = member.status === "deactivated";
  return (
    <>
      <Menu align="end" trigger={<IconButton label={`Actions of ${member.name}`} icon={<Ellipsis />} size="sm" />}>
        {isOut ? (
          <MenuItem icon={<UserCheck />} onSelect={() => setAsking(true)}>
            Reactivate…
          </MenuItem>
        ) : (
          <>
            <MenuItem icon={<KeyRound />} onSelect={() => setResetting(true)}>
              Make a password link…
            </MenuItem>
            <MenuItem icon={<UserX />} danger onSelect={() => setAsking(true)}>
              Deactivate…
            </MenuItem>
          </>
        )}
      </Menu>
      {resetting ? <ResetLinkDialog member={member} onClose={() => setResetting(false)} /> : null}
      {isOut ? (
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={`Reactivate ${member.name}?`}
          verb="Reactivate member"
          onConfirm={() => reactivate.send({ userId: member.userId })}
        >
          They can sign in again, with the role and the teams they had. The keys they made work again.
        </ConfirmDialog>
      ) : (
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={isMe ? "Deactivate yourself?" : `Deactivate ${member.name}?`}
          verb="Deactivate member"
          danger
          onConfirm={() => deactivate.send({ userId: member.userId })}
        >
          Within five seconds they are signed out everywhere and the keys they made are refused. The tasks they hold go
          back to their teams. What they did stays on record, and you can reactivate them.
          {isMe ? " This is you: you lose access at once." : ""}
        </ConfirmDialog>
      )}
    </>
  );
}
