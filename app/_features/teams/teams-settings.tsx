"use client";

import { useQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import Link from "next/link";
import { useParams, useRouter } from "next/navigation";
import { parseAsBoolean, useQueryState } from "nuqs";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { settingsHref } from "#app/_shell/rooms.ts";
import { TeamMark } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Team } from "#server/teams/schema.ts";
import { CreateTeamDialog } from "./create-team-dialog.tsx";

/** The teams one sees: how many people and agents, how much at once, and the way into each. */
export function TeamsSettings() {
  const { org } = useParams<{ org: string }>();
  const router = useRouter();
  const { can, isKnown } = useMe();
  const canManage = can("teams:manage");
  const [creating, setCreating] = useQueryState("new", parseAsBoolean.withDefault(false));
  const query = useQuery(useTRPC().teams.list.queryOptions({ archived: true }));
  const create = () => void setCreating(true);
  const hrefOf = (id: string) => `${settingsHref(org, "teams")}/${id}`;
  const button = useAddButton({
    id: "team.create",
    title: "Create a team",
    group: "Teams",
    may: canManage,
    run: create,
  });
  return (
    <SettingsPage
      title="Teams"
      lead="The scope of work: a board, a merge queue, agents and people of its own."
      action={button}
    >
      {isKnown && !canManage ? <LookOnly what="create or change teams" /> : null}
      <Loaded query={query} what="The teams" skeleton={<SkeletonRows count={3} label="Loading the teams" />}>
        {({ teams }) =>
          teams.length === 0 ? (
            <EmptyState icon={<Users />} title="You are in no team yet">
              Ask an admin to add you to theirs{canManage ? ", or create one" : ""}.
            </EmptyState>
          ) : (
            <Section title={teams.length === 1 ? "1 team" : `${teams.length} teams`} flush>
              <Table label="Teams" columns={columns(hrefOf)} rows={teams} rowKey={({ id }) => id} />
            </Section>
          )
        }
      </Loaded>
      {creating && canManage ? (
        <CreateTeamDialog onClose={() => void setCreating(null)} onCreated={(id) => router.push(hrefOf(id))} />
      ) : null}
    </SettingsPage>
  );
}

function columns(hrefOf: (id: string) => string): readonly Column<Team>[] {
  return [
    {
      id: "name",
      title: "Name",
      grow: true,
      cell: ({ id, name, archivedAt, paused }) => (
        <span className="flex h-10 items-center gap-2">
          <TeamMark name={name} small />
          <Link href={hrefOf(id)} className="truncate rounded-sm font-medium hover:underline">
            {name}
          </Link>
          {archivedAt ? <Badge>Archived</Badge> : paused ? <Badge tone="warning">Paused</Badge> : null}
        </span>
      ),
    },
    { id: "members", title: "People", align: "end", cell: ({ members }) => members },
    { id: "agents", title: "Agents", align: "end", cell: ({ agents }) => agents },
    { id: "limit", title: "At once", align: "end", wideOnly: true, cell: ({ maxConcurrent }) => maxConcurrent },
    {
      id: "merge",
      title: "Merges",
      wideOnly: true,
      cell: ({ autoMerge }) => <span className="text-muted">{autoMerge ? "By itself" : "By hand"}</span>,
    },
  ];
}
