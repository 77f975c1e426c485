import type { Metadata } from "next";
import { TeamSettings } from "#app/_features/teams/team-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadTeam } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Team" };

export default async function TeamPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={await loadTeam(org, team)}>
      <TeamSettings orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
