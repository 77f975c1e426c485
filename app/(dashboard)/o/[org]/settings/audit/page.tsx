import type { Metadata } from "next";
import { AuditSettings } from "#app/_features/audit/audit-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadAudit } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Audit" };

export default async function AuditPage({ params }: { params: Promise<{ org: string }> }) {
  const { org } = await params;
  return (
    <Hydrated answers={await loadAudit(org)}>
      <AuditSettings orgSlug={org} />
    </Hydrated>
  );
}
