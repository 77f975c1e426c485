"use client";

import { KeyRound } from "lucide-react";
import { useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import type { Member } from "#server/members/schema.ts";

/** A link that sets a new password for somebody who forgot theirs; shown once, to be handed over. */
export function ResetLinkDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const [link, setLink] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const make = useChange(useTRPC().members.resetPassword.mutationOptions(), { refused: "No link was made" });
  const send = async () => {
    setFailure(undefined);
    try {
      setLink((await make.send({ userId: member.userId })).link);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      size={link ? "lg" : "md"}
      title={`A new password for ${member.name}`}
      description="They forgot theirs: you make a link, and they choose a new one. No mail is sent from here."
      footer={
        link ? (
          <Button variant="primary" onClick={onClose}>
            I have copied the link
          </Button>
        ) : (
          <>
            <DialogClose>
              <Button variant="ghost">Cancel</Button>
            </DialogClose>
            <Button variant="primary" loading={make.isPending} onClick={() => void send()}>
              Make the link
            </Button>
          </>
        )
      }
    >
      {link ? (
        <div className="flex flex-col gap-3">
          <Banner tone="warning" inset title="Copy the link now." icon={<KeyRound />}>
            It is shown this once, works once, and ends in an hour. Whoever opens it becomes {member.name}: hand it to
            nobody else.
          </Banner>
          <CodeBlock title="Link for a new password" code={link} wrap />
        </div>
      ) : (
        <p role={failure ? "alert" : undefined} className={failure ? "text-app text-danger" : "text-app text-muted"}>
          {failure ?? "With the new password all their browsers and clients are signed out. It stands in the activity."}
        </p>
      )}
    </Dialog>
  );
}
