"use client";

import { useQuery } from "@tanstack/react-query";
import { GitCommitHorizontal } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";

/** The commits of what is checked out, newest first. */
export function CommitLog({ workspaceId }: { workspaceId: string }) {
  const query = useQuery(useTRPC().workspaceGit.log.queryOptions({ workspaceId }));
  return (
    <Loaded query={query} what="The commits" skeleton={<SkeletonRows count={6} label="Loading the commits" />}>
      {({ commits }) =>
        commits.length === 0 ? (
          <EmptyState icon={<GitCommitHorizontal />} title="No commit yet" />
        ) : (
          <section aria-label="Commits" tabIndex={0} className="min-h-0 grow overflow-y-auto -outline-offset-2">
            <ol>
              {commits.map(({ id, subject, authorName, authoredAt }) => (
                <li key={id} className="flex items-center gap-3 border-b px-3 py-1.5">
                  <span className="min-w-0 grow">
                    <span className="block truncate text-app">{subject}</span>
                    <span className="block truncate text-small text-muted">
                      {authorName} · <RelativeTime at={authoredAt} />
                    </span>
                  </span>
                  <CopyableId id={id} shown={id.slice(0, 8)} />
                </li>
              ))}
            </ol>
          </section>
        )
      }
    </Loaded>
  );
}
