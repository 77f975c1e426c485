import type { Metadata } from "next";
import { SandboxesSettings } from "#app/_features/sandboxes/sandboxes-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadSandboxes } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Sandboxes" };

export default async function SandboxesPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadSandboxes((await params).org)}>
      <SandboxesSettings />
    </Hydrated>
  );
}
