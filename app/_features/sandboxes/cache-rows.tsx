"use client";

import { useQuery } from "@tanstack/react-query";
import { useMe } from "#app/_features/members/use-me.ts";
import { sizeWords } from "#app/_features/sessions/attachments.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Button } from "#app/_ui/button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Cache } from "#server/sandboxes/schema.ts";

/** Caches of the organization, or that of one repository, with the way to empty them. */
export function CacheRows({ repoId }: { repoId?: string }) {
  const query = useQuery({
    ...useTRPC().caches.list.queryOptions(repoId === undefined ? {} : { repoId }),
    refetchInterval: 10_000,
  });
  return (
    <Loaded query={query} what="The caches" skeleton={<SkeletonRows count={1} label="Loading the caches" />}>
      {({ caches }) =>
        caches.length === 0 ? (
          <p className="px-4 py-6 text-center text-app text-muted">
            Nothing is kept yet. What npm, pip, cargo or go leave in /cache, such as what a set-up builds from files
            that are in the repository, is found again by the next. A sandbox has no network, so nothing is fetched into
            it from outside.
          </p>
        ) : (
          <ul aria-label="Caches">
            {caches.map((cache) => (
              <CacheRow key={cache.id} cache={cache} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function CacheRow({ cache: { id, repo, team, bytes, files, tools, isClearing } }: { cache: Cache }) {
  const { can } = useMe();
  const name = repo?.name ?? team.name;
  const clear = useChange(useTRPC().caches.clear.mutationOptions(), {
    done: () => `The cache of ${name} is being emptied`,
    refused: "The cache was not emptied",
  });
  const parts = Object.entries(tools)
    .sort(([, a], [, b]) => b - a)
    .map(([tool, size]) => `${tool} ${sizeWords(size)}`);
  return (
    <li aria-label={`Cache of ${name}`} className="flex items-center gap-3 border-b px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 grow">
        <p className="text-app font-medium break-words">{repo ? name : `${name}, files from elsewhere`}</p>
        <p className="text-small break-words text-muted">
          {bytes === 0 ? "Empty" : `${sizeWords(bytes)} in ${files} files: ${parts.join(", ")}`}
        </p>
      </div>
      {can("workspaces:use") && bytes > 0 ? (
        <ConfirmDialog
          title={`Empty the cache of ${name}?`}
          verb="Clear"
          danger
          trigger={
            <Button size="sm" loading={isClearing || clear.isPending}>
              Clear
            </Button>
          }
          onConfirm={() => clear.send({ cacheId: id })}
        >
          What is needed again is fetched or made anew, which takes a while the next time.
        </ConfirmDialog>
      ) : null}
    </li>
  );
}
