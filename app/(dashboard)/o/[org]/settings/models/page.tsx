import type { Metadata } from "next";
import { ModelsSettings } from "#app/_features/models/models-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadModels } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Models and keys" };

export default async function ModelsPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadModels((await params).org)}>
      <ModelsSettings />
    </Hydrated>
  );
}
