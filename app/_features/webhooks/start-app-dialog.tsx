"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTeamChoice } from "#app/_features/teams/use-team-choice.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";

/** Whose App it is to be; then the browser goes to GitHub with the form and comes back by itself. */
export function StartAppDialog({ githubUrl, onClose }: { githubUrl: string; onClose: () => void }) {
  const trpc = useTRPC();
  const { teamId, choose, options: teams } = useTeamChoice();
  const [failure, setFailure] = useState<string>();
  const start = useChange(trpc.githubApps.start.mutationOptions(), { refused: "No App was made" });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    if (!teamId) return;
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
    };
    try {
      const { action, manifest } = await start.send({ teamId, owner: text("owner"), label: text("label") });
      goTo(action, manifest);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <FormDialog
      title="Make a GitHub App"
      description={`You confirm its name at ${new URL(githubUrl).host}, then you are back here. It reads issues, pull requests and code; it writes nothing.`}
      action="Continue to GitHub"
      isPending={start.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label="Organization at GitHub"
        name="owner"
        optional
        hint="Who is to own the App. Left empty: your own account."
        error={failure}
      >
        <Input name="owner" maxLength={39} autoComplete="off" placeholder="acme" />
      </Field>
      <Field label="Team" name="teamId" hint="Whose tasks it makes.">
        <Select value={teamId ?? null} onValueChange={choose} options={teams} />
      </Field>
      <Field label="Only with the label" name="label" optional hint="Then strangers cannot fill the board.">
        <Input name="label" maxLength={50} autoComplete="off" placeholder="entourage" />
      </Field>
    </FormDialog>
  );
}

/** GitHub takes the manifest as a form that the browser itself sends. */
function goTo(action: string, manifest: string): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "manifest";
  field.value = manifest;
  form.append(field);
  document.body.append(form);
  form.submit();
}
