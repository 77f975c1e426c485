"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Plus, SquareTerminal } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsBoolean, useQueryState } from "nuqs";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { ShowOlder } from "#app/_features/settings/show-older.tsx";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { sessionHref } from "#app/_shell/rooms.ts";
import { useLateOpen } from "#app/_shell/use-late-open.ts";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { FilterBar } from "#app/_ui/filter-bar.tsx";
import { type Filter, type Filters, useFilters } from "#app/_ui/filters.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { StatusIcon, statusFace } from "#app/_ui/status.tsx";
import { Table } from "#app/_ui/table.tsx";
import type { Session } from "#server/sessions/schema.ts";
import { markFresh } from "./fresh-session.ts";
import { sessionColumns } from "./session-columns.tsx";
import { isInTurn, listedStatuses } from "./session-words.ts";
import { useAgentNames } from "./use-agent-names.ts";

const NewSessionDialog = dynamic(() => import("./new-session-dialog.tsx").then((module) => module.NewSessionDialog));

/** The conversations of a team with its agents: where each stands, what it costs, who began it. */
export function SessionsRoom({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const router = useRouter();
  const { can, me } = useMe();
  const nameOf = useAgentNames();
  const [selected, setSelected] = useState<string | null>(null);
  const [isNew, setNew] = useQueryState("new", parseAsBoolean.withDefault(false));
  const late = useLateOpen();
  const query = useSessions(teamId);
  const all = (query.data?.pages ?? [])
    .flatMap(({ sessions }) => sessions)
    .filter(({ agentKind }) => agentKind !== null);
  const filters = filtersOf(all, nameOf);
  const state = useFilters(filters);
  const sessions = all.filter((session) => isShown(session, state, me?.id));
  const canStart = can("session:use");
  const begin = () => {
    late.setOpen(true);
    void setNew(true);
  };
  const open = (id: string) => router.push(sessionHref(orgSlug, teamId, id));
  useActions([
    {
      id: "session.new",
      title: "New session",
      group: "Sessions",
      keys: "c",
      icon: <Plus />,
      when: () => canStart,
      run: begin,
    },
  ]);
  useListActions({
    noun: "session",
    keys: sessions.map(({ id }) => id),
    selected,
    onSelect: setSelected,
    onOpen: open,
  });
  return (
    <>
      <RoomHead title="Sessions" summary={query.data ? summaryOf(all) : null}>
        {canStart ? (
          <Button variant="primary" size="sm" icon={<Plus className="size-3.5" />} keys="c" onClick={begin}>
            New session
          </Button>
        ) : null}
      </RoomHead>
      <Loaded query={query} what="The sessions" skeleton={<SkeletonRows count={6} label="Loading the sessions" />}>
        {() =>
          all.length === 0 ? (
            <NoSessions onBegin={canStart ? begin : undefined} />
          ) : (
            <>
              <FilterBar filters={filters} state={state} searchLabel="Search sessions" />
              {sessions.length === 0 ? (
                <p className="px-3 py-6 text-center text-app text-muted">No session fits these filters.</p>
              ) : (
                <Table
                  label="Sessions"
                  columns={sessionColumns({ hrefOf: (id) => sessionHref(orgSlug, teamId, id), nameOf, orgSlug })}
                  rows={sessions}
                  rowKey={({ id }) => id}
                  selected={selected}
                  onSelect={setSelected}
                  onOpen={open}
                />
              )}
              <ShowOlder query={query} />
            </>
          )
        }
      </Loaded>
      {isNew || late.wasOpened ? (
        <NewSessionDialog
          key={isNew ? "open" : "closed"}
          orgSlug={orgSlug}
          teamId={teamId}
          open={isNew}
          onOpenChange={(next) => void setNew(next || null)}
          onBegun={(id) => {
            markFresh(id);
            open(id);
          }}
        />
      ) : null}
    </>
  );
}

function NoSessions({ onBegin }: { onBegin: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={<SquareTerminal />}
      title="No sessions yet"
      action={
        onBegin ? (
          <Button variant="primary" icon={<Plus className="size-4" />} onClick={onBegin}>
            Start the first session
          </Button>
        ) : (
          <p className="text-app text-muted">Members of the team start sessions.</p>
        )
      }
    >
      Sit down with an agent: it works in a sandbox on a copy of a repository, shows every step, and asks before it
      changes anything. Beside it are its changes, its files and a terminal.{" "}
      <Link className="underline" href="?new=true">
        Say what you want
      </Link>{" "}
      and it begins.
    </EmptyState>
  );
}

function filtersOf(sessions: readonly Session[], nameOf: (kind: string | null) => string): readonly Filter[] {
  const kinds = [...new Set(sessions.map(({ agentKind }) => agentKind))];
  return [
    {
      key: "status",
      label: "Status",
      options: listedStatuses.map((status) => ({
        value: status,
        label: statusFace({ of: "session", status }).label,
        icon: <StatusIcon of="session" status={status} decorative />,
      })),
    },
    { key: "agent", label: "Agent", options: kinds.map((kind) => ({ value: kind ?? "", label: nameOf(kind) })) },
    { key: "whose", label: "Whose", options: [{ value: "mine", label: "Mine" }] },
  ];
}

function isShown(session: Session, { chosen, query }: Filters, myId: string | undefined): boolean {
  const within = (key: string, value: string) => !chosen[key]?.length || chosen[key].includes(value);
  const words = query.trim().toLowerCase();
  // What was put away is shown to whoever asks for it.
  const isAway = ["archived", "removing", "removed"].includes(session.status);
  return (
    (chosen.status?.length ? chosen.status.includes(session.status) : !isAway) &&
    within("agent", session.agentKind ?? "") &&
    (!chosen.whose?.length || session.userId === myId) &&
    (words === "" || `${session.name} ${session.task?.title ?? ""}`.toLowerCase().includes(words))
  );
}

/** "3: 1 working, 1 waits for you". */
function summaryOf(sessions: readonly Session[]): string {
  const working = sessions.filter(({ status }) => status === "running").length;
  const waiting = sessions.filter(({ status }) => status === "waiting").length;
  const open = sessions.filter(
    ({ status }) => isInTurn(status) || status === "ready" || status === "initializing",
  ).length;
  if (open === 0) return "";
  return [`${open} open`, working > 0 ? `${working} working` : "", waiting > 0 ? `${waiting} waiting for you` : ""]
    .filter(Boolean)
    .join(", ");
}

function useSessions(teamId: string) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const input = { teamId, limit: 100 };
  return useInfiniteQuery({
    // The key of the first page, with a mark: realtime knows by it what to read again.
    queryKey: [...trpc.sessions.list.queryKey(input), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.sessions.list.query({ ...input, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}
