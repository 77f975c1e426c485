import type { Metadata } from "next";
import { CostsRoom } from "#app/_features/budgets/costs-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadCosts } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Costs" };

/** What a team spends, against its caps. */
export default async function CostsPage({ params }: { params: Promise<{ org: string; team: string }> }) {
  const { org, team } = await params;
  return (
    <Hydrated answers={await loadCosts(org, team)}>
      <CostsRoom orgSlug={org} teamId={team} />
    </Hydrated>
  );
}
