"use client";

import { useQuery } from "@tanstack/react-query";
import { UserMinus, UserPlus } from "lucide-react";
import { useState } from "react";
import { roleWords } from "#app/_features/members/member-words.ts";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { TeamDetail } from "#server/teams/schema.ts";

/** Who sees the team and works in it. */
export function TeamPeople({ team, canChange }: { team: TeamDetail; canChange: boolean }) {
  const { teams } = useTRPC();
  const remove = useChange(teams.removeMember.mutationOptions(), {
    done: () => "They left the team",
    refused: "They stay in the team",
  });
  return (
    <Section title="People" lead="Owners and admins reach every team without being listed." flush>
      {team.members.length === 0 ? (
        <p className="px-4 py-5 text-app text-muted">Nobody is listed here yet.</p>
      ) : (
        <ul aria-label="People of the team">
          {team.members.map(({ userId, name, role }) => (
            <li key={userId} className="flex min-h-10 items-center gap-2.5 border-b px-4 text-app last:border-b-0">
              <Avatar name={name} size={20} decorative />
              <span className="min-w-0 grow truncate">{name}</span>
              <span className="text-small text-muted">{roleWords[role].label}</span>
              {canChange ? (
                <ConfirmDialog
                  title={`Take ${name} out of ${team.name}?`}
                  verb="Remove from team"
                  danger
                  trigger={<IconButton label={`Take ${name} out`} icon={<UserMinus />} size="sm" />}
                  onConfirm={() => remove.send({ teamId: team.id, userId })}
                >
                  What they hold there goes back to the team. They stay in the organization and in their other teams.
                </ConfirmDialog>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {canChange ? <AddPerson team={team} /> : null}
    </Section>
  );
}

function AddPerson({ team }: { team: TeamDetail }) {
  const trpc = useTRPC();
  const [userId, setUserId] = useState<string | null>(null);
  const { data } = useQuery(trpc.members.list.queryOptions({ deactivated: false }));
  const add = useChange(trpc.teams.addMember.mutationOptions(), {
    done: () => `They work in ${team.name} now`,
    refused: "They were not added",
  });
  const there = new Set(team.members.map((member) => member.userId));
  const others = (data?.members ?? []).filter((member) => !there.has(member.userId));
  if (others.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 border-t p-3">
      <div className="min-w-0 grow basis-56">
        <Combobox
          label="A person to add"
          placeholder="Add a person"
          empty="Nobody of that name is outside the team."
          value={userId}
          onValueChange={setUserId}
          options={others.map((member) => ({
            value: member.userId,
            label: member.name,
            icon: <Avatar name={member.name} size={16} decorative />,
          }))}
        />
      </div>
      <Button
        icon={<UserPlus className="size-4" />}
        disabled={userId === null}
        loading={add.isPending}
        onClick={() => {
          if (userId) void add.apply({ teamId: team.id, userId }).then((isDone) => isDone && setUserId(null));
        }}
      >
        Add
      </Button>
    </div>
  );
}
