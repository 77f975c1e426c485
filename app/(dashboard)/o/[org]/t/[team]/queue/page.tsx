import type { Metadata } from "next";
import { QueueRoom } from "#app/_features/merges/queue-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadQueue } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Queue" };

/** The merge queue of a team. */
export default async function QueuePage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={await loadQueue(org, team)}>
      <QueueRoom orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
