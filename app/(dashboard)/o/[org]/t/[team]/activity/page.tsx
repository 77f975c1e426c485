import type { Metadata } from "next";
import { ActivityRoom } from "#app/_features/events/activity-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadActivity } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Activity" };

/** What happened in a team. */
export default async function ActivityPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={await loadActivity(org, team)}>
      <ActivityRoom orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
