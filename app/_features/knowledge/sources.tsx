"use client";

import { useQuery } from "@tanstack/react-query";
import { BookOpen, FileText, FolderGit2, Plus } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Progress } from "#app/_ui/progress.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { KnowledgeSource } from "#server/knowledge/schema.ts";
import { SourceMenu } from "./source-menu.tsx";

const isBusy = ({ indexing }: KnowledgeSource) => indexing.status === "queued" || indexing.status === "running";

/** What can be searched. While something is indexed the page asks how far it is: progress is no event. */
export function Sources({ canManage, onAdd }: { canManage: boolean; onAdd: () => void }) {
  const trpc = useTRPC();
  const query = useQuery({
    ...trpc.knowledge.list.queryOptions({}),
    refetchInterval: ({ state }) => (state.data?.sources.some(isBusy) ? 1_000 : false),
  });
  const { data } = useQuery(trpc.teams.list.queryOptions({ archived: true }));
  const teamOf = (id: string | null) =>
    id === null ? "the whole organization" : (data?.teams.find((team) => team.id === id)?.name ?? "a team");
  return (
    <Loaded query={query} what="The sources" skeleton={<SkeletonRows count={3} label="Loading the sources" />}>
      {({ sources }) => (
        <Section title={sources.length === 1 ? "1 source" : `${sources.length} sources`} flush>
          {sources.length === 0 ? (
            <EmptyState
              icon={<BookOpen />}
              title="Nothing can be looked up yet"
              action={
                canManage ? (
                  <Button variant="primary" icon={<Plus className="size-4" />} onClick={onAdd}>
                    Add the first document
                  </Button>
                ) : null
              }
            >
              Conventions, decisions, interfaces of others: what agents would otherwise guess or ask. Repositories are
              indexed again whenever their default branch moves.
            </EmptyState>
          ) : (
            <ul aria-label="Sources">
              {sources.map((source) => (
                <Source key={source.id} source={source} team={teamOf(source.teamId)} canManage={canManage} />
              ))}
            </ul>
          )}
        </Section>
      )}
    </Loaded>
  );
}

function Source({ source, team, canManage }: { source: KnowledgeSource; team: string; canManage: boolean }) {
  const { kind, title, files, chunks, addedBy, addedAt } = source;
  const Icon = kind === "repo" ? FolderGit2 : FileText;
  return (
    <li aria-label={title} className="flex items-start gap-3 border-b px-4 py-3 last:border-b-0">
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-faint" />
      <div className="min-w-0 grow">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="min-w-0 truncate text-app font-medium">{title}</span>
          <Badge>{kind === "repo" ? "Repository" : "Document"}</Badge>
        </p>
        <p className="text-small text-muted">
          For {team} · {files === 1 ? "1 file" : `${files.toLocaleString("en")} files`},{" "}
          {chunks === 1 ? "1 piece" : `${chunks.toLocaleString("en")} pieces`} · added by {addedBy.name}{" "}
          <RelativeTime at={addedAt} />
        </p>
        <Indexing source={source} />
      </div>
      {canManage ? <SourceMenu source={source} isBusy={isBusy(source)} /> : null}
    </li>
  );
}

function Indexing({ source: { indexing } }: { source: KnowledgeSource }) {
  const { status, filesTotal, filesDone, error, finishedAt } = indexing;
  if (status === "queued") return <p className="pt-0.5 text-small text-muted">Waits to be indexed.</p>;
  if (status === "failed") return <p className="pt-0.5 text-small break-words text-danger">Not indexed: {error}</p>;
  if (status === "cancelled")
    return <p className="pt-0.5 text-small text-warning">Indexing was stopped. What was done can be found.</p>;
  if (status === "done" && finishedAt)
    return (
      <p className="pt-0.5 text-small text-muted">
        Indexed <RelativeTime at={finishedAt} />
      </p>
    );
  return (
    <div className="max-w-md pt-1.5">
      <Progress
        label="Indexing"
        value={filesTotal > 0 ? (filesDone / filesTotal) * 100 : null}
        detail={filesTotal > 0 ? `${filesDone} of ${filesTotal} files` : undefined}
      />
    </div>
  );
}
