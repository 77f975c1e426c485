"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { readTeamFields, TeamFields } from "./team-fields.tsx";

type CreateTeamDialogProps = { onClose: () => void; onCreated: (teamId: string) => void };

/** A new team, which comes with a manager agent. */
export function CreateTeamDialog({ onClose, onCreated }: CreateTeamDialogProps) {
  const [failure, setFailure] = useState<string>();
  const create = useChange(useTRPC().teams.create.mutationOptions(), {
    done: ({ team }) => `${team.name} is there, with its manager agent`,
    refused: "The team was not created",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      const { team } = await create.send(readTeamFields(event.currentTarget));
      onClose();
      onCreated(team.id);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Create a team"
      description="A board, a merge queue and agents of its own. It comes with a manager agent."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="create-team" variant="primary" loading={create.isPending}>
            Create team
          </Button>
        </>
      }
    >
      <form id="create-team" onSubmit={submit} className="flex flex-col gap-4">
        <TeamFields error={failure} />
      </form>
    </Dialog>
  );
}
