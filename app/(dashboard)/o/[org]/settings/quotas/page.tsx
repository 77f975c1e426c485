import type { Metadata } from "next";
import { QuotasSettings } from "#app/_features/quotas/quotas-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadQuotas } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Quotas" };

export default async function QuotasPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadQuotas((await params).org)}>
      <QuotasSettings />
    </Hydrated>
  );
}
