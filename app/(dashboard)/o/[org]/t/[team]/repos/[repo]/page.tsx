import type { Metadata } from "next";
import { RepoPage } from "#app/_features/repos/repo-page.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadRepo } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Repository" };

/** One repository of a team. */
export default async function RepositoryPage({
  params,
}: {
  params: Promise<{ org: string; team: string; repo: string }>;
}) {
  const { org, team, repo } = await params;
  return (
    <Hydrated answers={await loadRepo(org, team, repo)}>
      <RepoPage orgSlug={org} teamId={team} repoId={repo} />
    </Hydrated>
  );
}
