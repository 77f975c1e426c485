"use client";

import { useQuery } from "@tanstack/react-query";
import { Archive, ChevronLeft } from "lucide-react";
import Link from "next/link";
import { MergeRows } from "#app/_features/merges/merge-rows.tsx";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { CacheRows } from "#app/_features/sandboxes/cache-rows.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { Skeleton, SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Repo } from "#server/repos/schema.ts";
import { RepoChecks } from "./repo-checks.tsx";
import { RepoSettings } from "./repo-settings.tsx";
import { RepoFailure, RepoStatusBadge } from "./repo-status.tsx";
import { sourceWords } from "./repo-words.ts";

/** One repository: whether it is ready, how to clone it, what guards it, what was merged last. */
export function RepoPage({ orgSlug, teamId, repoId }: { orgSlug: string; teamId: string; repoId: string }) {
  const query = useQuery(useTRPC().repos.get.queryOptions({ repoId }));
  const { can, isKnown } = useMe();
  const canManage = can("repos:manage");
  return (
    <div className="mx-auto flex w-full max-w-4xl flex-col gap-6 px-4 py-6 sm:px-8">
      <Link
        href={roomHref(orgSlug, teamId, "repos")}
        className="inline-flex items-center gap-1 self-start rounded-sm text-app text-muted hover:text-ink"
      >
        <ChevronLeft aria-hidden="true" className="size-4" /> Repos
      </Link>
      <Loaded query={query} what="The repository" skeleton={<RepoSkeleton />}>
        {({ repo }) => (
          <>
            <RepoHead repo={repo} />
            <RepoFailure repo={repo} canManage={canManage} />
            <Section
              title="Clone"
              lead="With an API key as the password. An agent’s own key may push its tasks’ branches."
            >
              <CodeBlock title="Terminal" code={`git clone ${repo.cloneUrl}`} wrap />
            </Section>
            {canManage && !repo.archivedAt ? (
              <>
                <RepoSettings key={repo.id} repo={repo} />
                <RepoChecks repo={repo} />
              </>
            ) : (
              <>
                {isKnown && !canManage ? <LookOnly what="change how this repository is merged" /> : null}
                <GateRead repo={repo} />
              </>
            )}
            <Section title="Recent merges" flush>
              <RecentMerges orgSlug={orgSlug} repo={repo} />
            </Section>
            <Section
              title="Cache"
              lead="Packages that set-ups and sessions of this repository keep for the next."
              flush
            >
              <CacheRows repoId={repo.id} />
            </Section>
            {canManage && !repo.archivedAt ? <ArchiveRepo repo={repo} /> : null}
          </>
        )}
      </Loaded>
    </div>
  );
}

function RepoHead({ repo }: { repo: Repo }) {
  return (
    <header className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-display font-semibold">{repo.name}</h1>
        <RepoStatusBadge repo={repo} />
      </div>
      <p className="flex flex-wrap items-center gap-x-2 text-app text-muted">
        <span>{sourceWords[repo.source]}</span>
        {repo.sourceUrl ? <span className="font-mono text-small break-all">{repo.sourceUrl}</span> : null}
        {repo.hasCredential ? <span>with a stored credential</span> : null}
        <span>· {repo.defaultBranch}</span>
        {repo.headCommit ? (
          <CopyableId id={repo.headCommit} shown={repo.headCommit.slice(0, 8)} />
        ) : (
          <span>, still empty</span>
        )}
      </p>
    </header>
  );
}

function GateRead({ repo }: { repo: Repo }) {
  return (
    <Section title="Gate" lead={`At most ${repo.gateTimeoutSeconds} seconds, merged by ${repo.mergeStrategy}.`}>
      {repo.gateCommand ? (
        <CodeBlock title="Gate" code={repo.gateCommand} wrap />
      ) : (
        <p className="text-app text-muted">None: everything passes.</p>
      )}
    </Section>
  );
}

function RecentMerges({ orgSlug, repo }: { orgSlug: string; repo: Repo }) {
  const query = useQuery(useTRPC().merges.list.queryOptions({ teamId: repo.teamId, limit: 100 }));
  return (
    <Loaded query={query} what="The merges" skeleton={<SkeletonRows count={3} label="Loading the merges" />}>
      {({ merges }) => {
        const ours = merges.filter(({ repo: { id } }) => id === repo.id).slice(0, 10);
        return ours.length === 0 ? (
          <p className="px-4 py-6 text-center text-app text-muted">
            Nothing was merged yet. An approved task goes into the queue by itself.
          </p>
        ) : (
          <MergeRows orgSlug={orgSlug} label="Recent merges" merges={ours} />
        );
      }}
    </Loaded>
  );
}

function ArchiveRepo({ repo }: { repo: Repo }) {
  const archive = useChange(useTRPC().repos.archive.mutationOptions(), {
    done: () => `${repo.name} is archived`,
    refused: "The repository was not archived",
  });
  return (
    <Section title="Archive" danger lead="Nothing is cloned, pushed or merged any more. Its files stay on the server.">
      <ConfirmDialog
        title={`Archive ${repo.name}?`}
        verb="Archive repository"
        danger
        trigger={<Button icon={<Archive className="size-4" />}>Archive repository…</Button>}
        onConfirm={() => archive.send({ repoId: repo.id })}
      >
        It takes no tasks and no pushes any more. Only a repository without open tasks can be archived. This cannot be
        undone here.
      </ConfirmDialog>
    </Section>
  );
}

function RepoSkeleton() {
  return (
    <div role="status" aria-label="Loading the repository" className="flex flex-col gap-6">
      <Skeleton className="h-14 w-64" />
      <Skeleton className="h-32 w-full" />
      <Skeleton className="h-72 w-full" />
    </div>
  );
}
