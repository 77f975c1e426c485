import type { Metadata } from "next";
import { ReposRoom } from "#app/_features/repos/repos-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadRepos } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Repos" };

/** The repositories of a team. */
export default async function ReposPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={await loadRepos(org, team)}>
      <ReposRoom orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
