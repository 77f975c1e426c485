import type { Metadata } from "next";
import { PricesSettings } from "#app/_features/budgets/prices-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadPrices } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Prices" };

export default async function PricesPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadPrices((await params).org)}>
      <PricesSettings />
    </Hydrated>
  );
}
