"use client";

import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { parseAsBoolean, parseAsString, useQueryState } from "nuqs";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Input } from "#app/_ui/input.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Member } from "#server/members/schema.ts";
import { InvitationList } from "./invitation-list.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { MemberMenu } from "./member-menu.tsx";
import { RoleCell } from "./role-cell.tsx";
import { useMe } from "./use-me.ts";
import { LookOnly } from "./who-can-grant.tsx";

/** The people of the organization, who they are here, and the invitations that are open. */
export function MembersSettings() {
  const { can, isKnown, me } = useMe();
  const canManage = can("people:manage");
  const [inviting, setInviting] = useQueryState("invite", parseAsBoolean.withDefault(false));
  const [words, setWords] = useQueryState("q", parseAsString.withDefault(""));
  const query = useQuery(useTRPC().members.list.queryOptions({ deactivated: true }));
  const invite = () => void setInviting(true);
  const button = useAddButton({
    id: "member.invite",
    title: "Invite a person",
    group: "Members",
    icon: UserPlus,
    may: canManage,
    run: invite,
  });
  return (
    <SettingsPage
      title="Members"
      lead="People of the organization. Their role says what they may do; their teams say where."
      action={button}
    >
      {isKnown && !canManage ? <LookOnly what="invite people or change roles" /> : null}
      <Loaded query={query} what="The members" skeleton={<SkeletonRows count={4} label="Loading the members" />}>
        {({ members }) => (
          <Section title={members.length === 1 ? "1 person" : `${members.length} people`} flush>
            {members.length > 8 ? (
              <div className="border-b p-3">
                <Input
                  data-page-search=""
                  aria-label="Search members"
                  placeholder="Search members"
                  value={words}
                  onValueChange={(next: string) => void setWords(next || null)}
                />
              </div>
            ) : null}
            <Table
              label="Members"
              columns={columns(me?.id, canManage, can("org:own"))}
              rows={members.filter((member) => matches(member, words))}
              rowKey={({ userId }) => userId}
            />
          </Section>
        )}
      </Loaded>
      {canManage ? <InvitationList /> : null}
      {inviting && canManage ? <InviteDialog isOwner={can("org:own")} onClose={() => void setInviting(null)} /> : null}
    </SettingsPage>
  );
}

function matches({ name, email }: Member, words: string): boolean {
  return `${name} ${email ?? ""}`.toLowerCase().includes(words.trim().toLowerCase());
}

function columns(myId: string | undefined, canManage: boolean, isOwner: boolean): readonly Column<Member>[] {
  return [
    {
      id: "name",
      title: "Name",
      grow: true,
      cell: ({ userId, name, email, status }) => (
        <span className="flex min-w-0 items-center gap-2 py-1.5">
          <Avatar name={name} size={24} decorative />
          <span className="min-w-0">
            <span className="flex items-center gap-2">
              <span className="truncate font-medium">{name}</span>
              {userId === myId ? <Badge>You</Badge> : null}
              {status === "deactivated" ? <Badge tone="warning">Deactivated</Badge> : null}
            </span>
            <span className="block truncate text-small text-faint">{email}</span>
          </span>
        </span>
      ),
    },
    {
      id: "teams",
      title: "Teams",
      wideOnly: true,
      cell: ({ role, teams }) => (
        <span className="text-muted">
          {role === "owner" || role === "admin" ? "All" : teams.map(({ name }) => name).join(", ") || "None yet"}
        </span>
      ),
    },
    {
      id: "joined",
      title: "Joined",
      wideOnly: true,
      cell: ({ joinedAt }) => (
        <span className="text-muted">
          <RelativeTime at={joinedAt} />
        </span>
      ),
    },
    {
      id: "role",
      title: "Role",
      cell: (member) => <RoleCell member={member} canChange={canManage} isOwner={isOwner} />,
    },
    {
      id: "actions",
      title: "Actions",
      hideTitle: true,
      align: "end",
      cell: (member) =>
        canManage && (member.role !== "owner" || isOwner) ? (
          <MemberMenu member={member} isMe={member.userId === myId} />
        ) : null,
    },
  ];
}
