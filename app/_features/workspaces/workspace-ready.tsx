"use client";

import { useQuery } from "@tanstack/react-query";
import { FolderX } from "lucide-react";
import type { ReactNode } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { EmptyState, ErrorState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { Spinner } from "#app/_ui/spinner.tsx";

const everySecond = 1_000;

/** What stands on a working copy, once it is there: before that how far it is. The conversation tells of a failure. */
export function WorkspaceReady({ workspaceId, children }: { workspaceId: string; children: ReactNode }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.workspaces.get.queryOptions(
      { workspaceId },
      // The steps of making it are no events: they are asked for as long as it is made.
      { refetchInterval: ({ state }) => (state.data?.workspace.status === "initializing" ? everySecond : false) },
    ),
  );
  return (
    <Loaded query={query} what="The workspace" skeleton={<SkeletonRows count={4} label="Loading the workspace" />}>
      {({ workspace }) => {
        if (workspace.status === "ready") return children;
        if (workspace.status === "initializing") {
          return (
            <EmptyState icon={<Spinner immediate />} title="The working copy is being made">
              {workspace.step ?? "It begins in a moment"}
            </EmptyState>
          );
        }
        if (workspace.status === "removed")
          return <ErrorState title="The working copy is gone">It was removed with all in it.</ErrorState>;
        return (
          <EmptyState icon={<FolderX />} title="There is no working copy yet">
            Making it failed. What went wrong, and the way to try it again, stands above the conversation.
          </EmptyState>
        );
      }}
    </Loaded>
  );
}
