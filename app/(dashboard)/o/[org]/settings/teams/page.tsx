import type { Metadata } from "next";
import { TeamsSettings } from "#app/_features/teams/teams-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadTeams } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Teams" };

export default async function TeamsPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadTeams((await params).org)}>
      <TeamsSettings />
    </Hydrated>
  );
}
