"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { GitMerge } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { ShowOlder } from "#app/_features/settings/show-older.tsx";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Select } from "#app/_ui/select.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { MergePeek } from "./merge-peek.tsx";
import { MergeRows } from "./merge-rows.tsx";
import type { Merge } from "./merge-type.ts";
import { RepoQueue } from "./repo-queue.tsx";

const everyRepo = "all";

/** The merge queue of a team: per repository what is tested and what waits, and what landed or came back. */
export function QueueRoom({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const trpc = useTRPC();
  const { can } = useMe();
  const [repoId, setRepoId] = useQueryState("repo", parseAsString.withDefault(everyRepo));
  const [chosen, setChosen] = useQueryState("merge", parseAsString);
  const waiting = useQuery(trpc.merges.list.queryOptions({ teamId, status: ["queued", "testing"], limit: 200 }));
  const repos = useQuery(trpc.repos.list.queryOptions({ teamId, archived: false }));
  const ended = useEndedMerges(teamId);
  const isShown = ({ repo }: Merge) => repoId === everyRepo || repo.id === repoId;
  const open = (waiting.data?.merges ?? []).filter(isShown).toReversed();
  const recent = (ended.data?.pages ?? []).flatMap(({ merges }) => merges).filter(isShown);
  const all = [...open, ...recent];
  useListActions({
    noun: "merge",
    keys: all.map(({ id }) => id),
    selected: chosen,
    onSelect: (id) => void setChosen(id),
    onPeek: (id) => void setChosen(chosen === id ? null : id),
  });
  const peeked = all.find(({ id }) => id === chosen);
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 grow flex-col overflow-y-auto">
        <RoomHead title="Queue" summary={waiting.data ? summaryOf(open) : null}>
          {repos.data && repos.data.repos.length > 1 ? (
            <Select
              label="Repository"
              className="w-48"
              value={repoId}
              onValueChange={(id) => void setRepoId(id === everyRepo ? null : id)}
              options={[
                { value: everyRepo, label: "All repositories" },
                ...repos.data.repos.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          ) : null}
        </RoomHead>
        <Loaded query={waiting} what="The queue" skeleton={<SkeletonRows count={3} label="Loading the queue" />}>
          {() =>
            all.length === 0 && ended.data ? (
              <EmptyState icon={<GitMerge />} title="Nothing to merge">
                An approved task waits here, goes through its repository’s gate on the exact tree that would become the
                branch, and lands only if that passes. Nothing else moves a default branch.
              </EmptyState>
            ) : (
              <>
                {[...Map.groupBy(open, ({ repo }) => repo.id)].map(([id, merges]) => (
                  <RepoQueue
                    key={id}
                    merges={merges}
                    repo={repos.data?.repos.find((repo) => repo.id === id)}
                    chosen={chosen}
                    canCancel={can("merge:manage")}
                    onOpen={(merge) => void setChosen(merge)}
                  />
                ))}
                {open.length === 0 ? (
                  <p className="border-b px-3 py-3 text-app text-muted">Nothing waits and nothing is tested.</p>
                ) : null}
              </>
            )
          }
        </Loaded>
        <Loaded
          query={ended}
          what="The ended merges"
          skeleton={<SkeletonRows count={6} label="Loading ended merges" />}
        >
          {() =>
            recent.length === 0 ? null : (
              <section>
                <h2 className="px-3 pt-4 pb-1 text-small font-medium text-faint">Recent</h2>
                <MergeRows
                  orgSlug={orgSlug}
                  label="Recent merges"
                  merges={recent}
                  selected={chosen}
                  onSelect={(id) => void setChosen(id)}
                />
                <ShowOlder query={ended} />
              </section>
            )
          }
        </Loaded>
      </div>
      {peeked ? (
        <MergePeek
          key={peeked.id}
          orgSlug={orgSlug}
          merge={peeked}
          canCancel={can("merge:manage")}
          onClose={() => void setChosen(null)}
        />
      ) : null}
    </div>
  );
}

function summaryOf(open: readonly Merge[]): string {
  const testing = open.filter(({ status }) => status === "testing").length;
  const queued = open.length - testing;
  if (open.length === 0) return "";
  return [testing > 0 ? `${testing} testing` : "", queued > 0 ? `${queued} waiting` : ""].filter(Boolean).join(", ");
}

function useEndedMerges(teamId: string) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  const input = {
    teamId,
    status: ["merged" as const, "failed" as const, "conflicted" as const, "cancelled" as const],
    limit: 50,
  };
  return useInfiniteQuery({
    // The key of the first page, with a mark: realtime knows by it what to read again.
    queryKey: [...trpc.merges.list.queryKey(input), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.merges.list.query({ ...input, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}
