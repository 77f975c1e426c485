"use client";

import { RotateCcw } from "lucide-react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import type { Repo } from "#server/repos/schema.ts";

/** Getting ready, ready, failed, archived. */
export function RepoStatusBadge({ repo }: { repo: Repo }) {
  return repo.archivedAt ? <Badge>Archived</Badge> : <StatusBadge of="repo" status={repo.status} />;
}

/** Why the copy failed, what is safe, and the way to try again. */
export function RepoFailure({ repo, canManage }: { repo: Repo; canManage: boolean }) {
  const retry = useChange(useTRPC().repos.retry.mutationOptions(), {
    done: () => `${repo.name} is being copied again`,
    refused: "The repository is not copied again",
  });
  if (repo.status !== "error" || repo.archivedAt) return null;
  return (
    <Banner
      tone="danger"
      inset
      title="The copy failed."
      action={
        canManage ? (
          <Button
            size="sm"
            icon={<RotateCcw className="size-3.5" />}
            loading={retry.isPending}
            onClick={() => void retry.apply({ repoId: repo.id })}
          >
            Retry
          </Button>
        ) : null
      }
    >
      {repo.error ?? "It did not say why."} Nothing was changed at its source.
    </Banner>
  );
}
