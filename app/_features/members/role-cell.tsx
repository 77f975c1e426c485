"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { Member } from "#server/members/schema.ts";
import { roleWords, rolesToGive } from "./member-words.ts";

type RoleCellProps = { member: Member; canChange: boolean; isOwner: boolean };

/** A member's role; whoever may changes it in place, shown at once and taken back in words when refused. */
export function RoleCell({ member, canChange, isOwner }: RoleCellProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const change = useChange(trpc.members.changeRole.mutationOptions(), {
    done: ({ member: { name, role } }) => `${name} is ${role === "owner" || role === "admin" ? "an" : "a"} ${role} now`,
    refused: `${member.name} stays ${roleWords[member.role].label.toLowerCase()}`,
  });
  if (!canChange || member.status === "deactivated" || (member.role === "owner" && !isOwner)) {
    return <span title={roleWords[member.role].may}>{roleWords[member.role].label}</span>;
  }
  const listed = trpc.members.list.queryFilter();
  return (
    <Select
      label={`Role of ${member.name}`}
      className="w-28"
      value={member.role}
      options={rolesToGive(isOwner).map((value) => ({ value, label: roleWords[value].label }))}
      onValueChange={(role) => {
        if (role === member.role) return;
        const before = client.getQueriesData<{ members: Member[] }>(listed);
        client.setQueriesData<{ members: Member[] }>(
          listed,
          (known) =>
            known && {
              members: known.members.map((each) => (each.userId === member.userId ? { ...each, role } : each)),
            },
        );
        void change.apply({ userId: member.userId, role }).then((isDone) => {
          if (!isDone) for (const [key, data] of before) client.setQueryData(key, data);
        });
      }}
    />
  );
}
