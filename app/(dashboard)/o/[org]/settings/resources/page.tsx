import type { Metadata } from "next";
import { ResourcesSettings } from "#app/_features/resources/resources-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadResources } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Resources" };

export default async function ResourcesPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadResources((await params).org)}>
      <ResourcesSettings />
    </Hydrated>
  );
}
