"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FileDiff, History, RotateCw, Upload } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { patchesOf } from "#app/_features/reviews/diff-patches.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { OneOfManyDiffs } from "#app/_ui/many-diffs.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { BranchMenu } from "./branch-menu.tsx";
import { ChangedFiles } from "./changed-files.tsx";
import { CommitForm } from "./commit-form.tsx";
import { CommitLog } from "./commit-log.tsx";
import type { PaneProps } from "./pane-props.ts";

/** Files also change by an editor and by terminals, which tell nobody: whoever looks again sees what is there. */
const readAnew = { refetchOnMount: "always" } as const;

/** What the work changes: file by file, to be chosen, committed and pushed. */
export function ChangesPane({ workspaceId, touched }: PaneProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [isLog, setLog] = useState(false);
  const status = useQuery(trpc.workspaceGit.status.queryOptions({ workspaceId }, readAnew));
  const push = useChange(trpc.workspaceGit.push.mutationOptions(), {
    done: ({ branch, outcome }) => (outcome === "pushed" ? `${branch} is pushed` : `${branch} was pushed already`),
    refused: "The branch was not pushed",
  });
  const renew = useCallback(
    () => void client.invalidateQueries({ queryKey: trpc.workspaceGit.pathKey() }),
    [client, trpc],
  );
  useEffect(() => {
    if (touched > 0) renew();
  }, [touched, renew]);
  return (
    <Loaded query={status} what="The changes" skeleton={<SkeletonRows count={6} label="Loading the changes" />}>
      {({ branch, files, truncated }) => (
        <div className="flex h-full min-h-0 flex-col">
          <div className="flex h-9 shrink-0 items-center gap-1 border-b px-2 coarse:h-11">
            <BranchMenu workspaceId={workspaceId} branch={branch} onChanged={renew} />
            <span className="min-w-0 grow truncate text-small text-muted">{changedWords(files.length, truncated)}</span>
            <IconButton
              size="sm"
              label="Push the branch"
              icon={<Upload />}
              loading={push.isPending}
              onClick={() => void push.apply({ workspaceId }).then(renew)}
            />
            <IconButton
              size="sm"
              label={isLog ? "Show the changes" : "Show the commits"}
              aria-pressed={isLog}
              icon={<History />}
              onClick={() => setLog(!isLog)}
            />
            <IconButton size="sm" label="Read again" icon={<RotateCw />} onClick={renew} />
          </div>
          {isLog ? (
            <CommitLog workspaceId={workspaceId} />
          ) : files.length === 0 ? (
            <EmptyState icon={<FileDiff />} title="Nothing changed">
              What the agent or you change in the files since the last commit is shown here, line by line.
            </EmptyState>
          ) : (
            <>
              <section aria-label="Changes" tabIndex={0} className="min-h-0 grow overflow-y-auto -outline-offset-2">
                <ChangedFiles workspaceId={workspaceId} files={files} onChanged={renew} />
                <Diffs workspaceId={workspaceId} />
              </section>
              <CommitForm
                workspaceId={workspaceId}
                staged={files.filter(({ staged }) => staged !== null).length}
                onCommitted={renew}
              />
            </>
          )}
        </div>
      )}
    </Loaded>
  );
}

const changedWords = (count: number, isMore: boolean) =>
  count === 0 ? "" : `${count}${isMore ? "+" : ""} ${count === 1 ? "file" : "files"} changed`;

function Diffs({ workspaceId }: { workspaceId: string }) {
  const query = useQuery(useTRPC().workspaceGit.diff.queryOptions({ workspaceId }, readAnew));
  return (
    <Loaded query={query} what="The diff" skeleton={<SkeletonRows count={6} label="Loading the diff" />}>
      {({ diff, truncated }) => (
        <div className="flex flex-col gap-2 p-2">
          {patchesOf(diff).map(({ path, patch }) => (
            <OneOfManyDiffs key={path} path={path} patch={patch} />
          ))}
          {truncated ? <p className="text-small text-muted">It is long: the end is left out.</p> : null}
        </div>
      )}
    </Loaded>
  );
}
