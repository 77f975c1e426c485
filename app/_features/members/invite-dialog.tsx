"use client";

import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { OrgRole } from "#db/enums.ts";
import { rolesToGive, roleWords } from "./member-words.ts";

/** A way in for one person: role and teams, then the link, which is shown once. */
export function InviteDialog({ isOwner, onClose }: { isOwner: boolean; onClose: () => void }) {
  const trpc = useTRPC();
  const [role, setRole] = useState<OrgRole>("member");
  const [teamIds, setTeamIds] = useState<readonly string[]>([]);
  const [made, setMade] = useState<{ link: string; email: string | null }>();
  const { data } = useQuery(trpc.teams.list.queryOptions({ archived: true }));
  const teams = (data?.teams ?? []).filter(({ archivedAt }) => archivedAt === null);
  const invite = useChange(trpc.members.invite.mutationOptions(), { refused: "No invitation was made" });
  const seesAll = role === "owner" || role === "admin";
  const { failure, submit } = useSubmit(async (form) => {
    const value = new FormData(form).get("email");
    const email = typeof value === "string" && value.trim() !== "" ? value.trim() : null;
    const { link } = await invite.send({ email, role, teamIds: seesAll ? [] : [...teamIds] });
    setMade({ link, email });
  });
  if (made) {
    return (
      <Dialog
        open
        onOpenChange={(open) => (open ? undefined : onClose())}
        title="Send this link"
        description={
          made.email
            ? `It lets ${made.email} in, once, within seven days.`
            : "It lets one person in, within seven days."
        }
        footer={
          <Button variant="primary" onClick={onClose}>
            I have copied the link
          </Button>
        }
      >
        <div className="flex flex-col gap-3">
          <Banner tone="warning" inset title="Copy the link now." icon={<Link2 />}>
            It is shown this once. If it gets lost, revoke the invitation and make another.
          </Banner>
          <CodeBlock title="Invitation link" code={made.link} wrap />
        </div>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Invite a person"
      description="You get a link to send. No mail is sent from here."
      action="Make the link"
      isPending={invite.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label="E-mail address"
        name="email"
        hint="Only this address can accept it. Empty: whoever has the link."
        error={failure}
        optional
      >
        <Input name="email" type="email" maxLength={254} autoComplete="off" placeholder="grace@example.com" />
      </Field>
      <Field label="Role" name="role" hint={roleWords[role].may}>
        <Select
          value={role}
          onValueChange={setRole}
          options={rolesToGive(isOwner).map((value) => ({ value, label: roleWords[value].label }))}
        />
      </Field>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="pb-1 text-app font-medium">Teams</legend>
        {seesAll ? (
          <p className="text-app text-muted">Owners and admins reach every team.</p>
        ) : (
          <>
            {teams.map(({ id, name }) => (
              <Checkbox
                key={id}
                label={name}
                checked={teamIds.includes(id)}
                onCheckedChange={(checked) =>
                  setTeamIds(checked ? [...teamIds, id] : teamIds.filter((each) => each !== id))
                }
              />
            ))}
            {teamIds.length === 0 ? (
              <p className="text-small text-muted">With none, they see no work until somebody adds them to a team.</p>
            ) : null}
          </>
        )}
      </fieldset>
    </FormDialog>
  );
}
