import type { Metadata } from "next";
import { TemplatesSettings } from "#app/_features/templates/templates-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadTemplates } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Templates" };

export default async function TemplatesPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadTemplates((await params).org)}>
      <TemplatesSettings />
    </Hydrated>
  );
}
