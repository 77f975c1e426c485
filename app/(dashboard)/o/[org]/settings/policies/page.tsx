import type { Metadata } from "next";
import { PoliciesSettings } from "#app/_features/policies/policies-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadPolicies } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Agents’ permissions" };

export default async function PoliciesPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadPolicies((await params).org)}>
      <PoliciesSettings />
    </Hydrated>
  );
}
