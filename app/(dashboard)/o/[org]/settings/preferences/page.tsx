import type { Metadata } from "next";
import { PreferencesSettings } from "#app/_features/preferences/preferences-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadPreferences } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Preferences" };

export default async function PreferencesPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadPreferences((await params).org)}>
      <PreferencesSettings />
    </Hydrated>
  );
}
