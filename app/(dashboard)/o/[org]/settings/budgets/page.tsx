import type { Metadata } from "next";
import { BudgetsSettings } from "#app/_features/budgets/budgets-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadBudgets } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Budgets" };

export default async function BudgetsPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadBudgets((await params).org)}>
      <BudgetsSettings />
    </Hydrated>
  );
}
