import type { Metadata } from "next";
import { OrganizationSettings } from "#app/_features/settings/organization-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadOrganization } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Organization" };

export default async function OrganizationPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadOrganization((await params).org)}>
      <OrganizationSettings />
    </Hydrated>
  );
}
