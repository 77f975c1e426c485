import type { Metadata } from "next";
import { AgentPage } from "#app/_features/agents/agent-page.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadAgents } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Agent" };

/** One agent of a team. */
export default async function OneAgentPage({
  params,
}: {
  params: Promise<{ org: string; team: string; agent: string }>;
}) {
  const { org, team, agent } = await params;
  return (
    <Hydrated answers={await loadAgents(org, team, { archived: true })}>
      <AgentPage orgSlug={org} teamId={team} agentId={agent} />
    </Hydrated>
  );
}
