import type { Metadata } from "next";
import { SessionsRoom } from "#app/_features/sessions/sessions-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadSessions } from "#app/_server/sessions.ts";

export const metadata: Metadata = { title: "Sessions" };

/** The conversations of a team with its agents. */
export default async function SessionsPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={await loadSessions(org)}>
      <SessionsRoom orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
