import type { Metadata } from "next";
import { ReportsRoom } from "#app/_features/reports/reports-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadReports } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Reports" };

/** What sessions and tasks left to read. */
export default async function ReportsPage({ params }: { params: Promise<{ org: string }> }) {
  const { org } = await params;
  return (
    <Hydrated answers={await loadReports(org)}>
      <ReportsRoom orgSlug={org} />
    </Hydrated>
  );
}
