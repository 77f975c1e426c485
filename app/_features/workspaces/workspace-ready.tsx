"use client";

import { useQuery } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { AnsiLog } from "#app/_ui/ansi-log.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState, ErrorState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { Spinner } from "#app/_ui/spinner.tsx";

const everySecond = 1_000;

/** What stands on a working copy, once it is there: before that how far it is, after a failure why and the way to try again. */
export function WorkspaceReady({ workspaceId, children }: { workspaceId: string; children: ReactNode }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.workspaces.get.queryOptions(
      { workspaceId },
      // The steps of making it are no events: they are asked for as long as it is made.
      { refetchInterval: ({ state }) => (state.data?.workspace.status === "initializing" ? everySecond : false) },
    ),
  );
  const retry = useChange(trpc.workspaces.retry.mutationOptions(), { refused: "It is not being made again" });
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
          <>
            <ErrorState
              title="The working copy could not be made"
              action={
                <Button
                  icon={<RotateCw className="size-4" />}
                  loading={retry.isPending}
                  onClick={() => void retry.apply({ workspaceId })}
                >
                  Try again
                </Button>
              }
            >
              {workspace.error}
            </ErrorState>
            {workspace.setupOutput ? (
              <div className="px-3">
                <AnsiLog label="What its set-up printed" text={workspace.setupOutput} className="max-h-64" />
              </div>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}
