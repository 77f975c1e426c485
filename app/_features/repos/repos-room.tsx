"use client";

import { useQuery } from "@tanstack/react-query";
import { FolderGit2, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { roomHref } from "#app/_shell/rooms.ts";
import { useLateOpen } from "#app/_shell/use-late-open.ts";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Repo } from "#server/repos/schema.ts";
import { RegisterRepoDialog } from "./register-repo-dialog.tsx";
import { RepoFailure, RepoStatusBadge } from "./repo-status.tsx";
import { sourceWords } from "./repo-words.ts";

/** The repositories of a team: whether each can be worked on, where its default branch stands, what guards it. */
export function ReposRoom({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const router = useRouter();
  const { can, isKnown } = useMe();
  const canManage = can("repos:manage");
  const [archived, setArchived] = useQueryState("archived", parseAsBoolean.withDefault(false));
  const [selected, setSelected] = useState<string | null>(null);
  const registering = useLateOpen();
  const query = useQuery(useTRPC().repos.list.queryOptions({ teamId, archived }));
  const repos = query.data?.repos ?? [];
  const hrefOf = (id: string) => `${roomHref(orgSlug, teamId, "repos")}/${id}`;
  const open = (id: string) => router.push(hrefOf(id));
  const register = () => registering.setOpen(true);
  useActions([
    {
      id: "repo.register",
      title: "Register a repository",
      group: "Repos",
      keys: "c",
      icon: <Plus />,
      when: () => canManage,
      run: register,
    },
  ]);
  useListActions({
    noun: "repository",
    keys: repos.map(({ id }) => id),
    selected,
    onSelect: setSelected,
    onOpen: open,
  });
  const failed = repos.filter(({ status, archivedAt }) => status === "error" && !archivedAt);
  return (
    <>
      <RoomHead title="Repos">
        <Checkbox label="Archived" checked={archived} onCheckedChange={(next) => void setArchived(next || null)} />
        {canManage ? (
          <Button variant="primary" size="sm" icon={<Plus className="size-3.5" />} keys="c" onClick={register}>
            Register repository
          </Button>
        ) : null}
      </RoomHead>
      {isKnown && !canManage ? (
        <div className="p-3">
          <LookOnly what="register or change repositories" />
        </div>
      ) : null}
      <Loaded
        query={query}
        what="The repositories"
        skeleton={<SkeletonRows count={4} label="Loading the repositories" />}
      >
        {() =>
          repos.length === 0 ? (
            <EmptyState
              icon={<FolderGit2 />}
              title="No repository yet"
              action={
                canManage ? (
                  <Button variant="primary" icon={<Plus className="size-4" />} onClick={register}>
                    Register the first repository
                  </Button>
                ) : null
              }
            >
              A task that changes code belongs to a repository. Agents push their branches here; what is approved goes
              through its gate and into its default branch.
            </EmptyState>
          ) : (
            <>
              {failed.length > 0 ? (
                <div className="flex flex-col gap-2 p-3">
                  {failed.map((repo) => (
                    <div key={repo.id}>
                      <p className="pb-1 text-small font-medium text-muted">{repo.name}</p>
                      <RepoFailure repo={repo} canManage={canManage} />
                    </div>
                  ))}
                </div>
              ) : null}
              <Table
                label="Repositories"
                columns={columns(hrefOf)}
                rows={repos}
                rowKey={({ id }) => id}
                selected={selected}
                onSelect={setSelected}
                onOpen={open}
              />
            </>
          )
        }
      </Loaded>
      {registering.wasOpened ? (
        <RegisterRepoDialog
          key={registering.open ? "open" : "closed"}
          teamId={teamId}
          open={registering.open}
          onOpenChange={registering.setOpen}
          onRegistered={open}
        />
      ) : null}
    </>
  );
}

function columns(hrefOf: (id: string) => string): readonly Column<Repo>[] {
  return [
    {
      id: "name",
      title: "Name",
      grow: true,
      cell: ({ id, name }) => (
        <Link href={hrefOf(id)} className="rounded-sm font-medium hover:underline">
          {name}
        </Link>
      ),
    },
    { id: "status", title: "Status", cell: (repo) => <RepoStatusBadge repo={repo} /> },
    {
      id: "head",
      title: "Head",
      cell: ({ headCommit, defaultBranch }) =>
        headCommit ? (
          <span className="inline-flex items-center gap-1 text-muted">
            {defaultBranch} <CopyableId id={headCommit} shown={headCommit.slice(0, 8)} />
          </span>
        ) : (
          <span className="text-faint">Empty</span>
        ),
    },
    {
      id: "gate",
      title: "Gate",
      wideOnly: true,
      cell: ({ gateCommand }) =>
        gateCommand ? (
          <code className="block max-w-72 truncate font-mono text-small">{gateCommand}</code>
        ) : (
          <span className="text-faint">None: everything passes</span>
        ),
    },
    { id: "source", title: "Source", wideOnly: true, cell: ({ source }) => sourceWords[source] },
  ];
}
