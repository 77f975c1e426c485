import type { Metadata } from "next";
import { PlanPage } from "#app/_features/plans/plan-page.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadPlan } from "#app/_server/plans.ts";

export const metadata: Metadata = { title: "Plan" };

type PlanRouteProps = { params: Promise<{ org: string; team: string; plan: string }> };

/** One plan of a team. */
export default async function PlanRoute({ params }: PlanRouteProps) {
  const { org, team, plan } = await params;
  return (
    <Hydrated answers={[await loadPlan(org, plan)]}>
      <PlanPage orgSlug={org} teamId={team} planId={plan} />
    </Hydrated>
  );
}
