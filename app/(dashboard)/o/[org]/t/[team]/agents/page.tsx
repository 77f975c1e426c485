import type { Metadata } from "next";
import { AgentsRoom } from "#app/_features/agents/agents-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadAgents } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Agents" };

/** The agents of a team. */
export default async function AgentsPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={await loadAgents(org, team)}>
      <AgentsRoom orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
