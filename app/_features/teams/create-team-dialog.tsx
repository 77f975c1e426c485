"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { readTeamFields, TeamFields } from "./team-fields.tsx";

type CreateTeamDialogProps = { onClose: () => void; onCreated: (teamId: string) => void };

/** A new team, which comes with a manager agent. */
export function CreateTeamDialog({ onClose, onCreated }: CreateTeamDialogProps) {
  const create = useChange(useTRPC().teams.create.mutationOptions(), {
    done: ({ team }) => `${team.name} is there, with its manager agent`,
    refused: "The team was not created",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const { team } = await create.send(readTeamFields(form));
    onClose();
    onCreated(team.id);
  });
  return (
    <FormDialog
      title="Create a team"
      description="A board, a merge queue and agents of its own. It comes with a manager agent."
      action="Create team"
      isPending={create.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TeamFields error={failure} />
    </FormDialog>
  );
}
