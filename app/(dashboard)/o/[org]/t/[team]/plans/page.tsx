import type { Metadata } from "next";
import { PlansRoom } from "#app/_features/plans/plans-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadPlans } from "#app/_server/plans.ts";

export const metadata: Metadata = { title: "Plans" };

/** The plans of a team. */
export default async function PlansPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={[await loadPlans(org, team)]}>
      <PlansRoom orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
