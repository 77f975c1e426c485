import type { Metadata } from "next";
import { RealtimeSettings } from "#app/_features/realtime/realtime-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadRealtime } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Realtime health" };

export default async function RealtimePage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadRealtime((await params).org)}>
      <RealtimeSettings />
    </Hydrated>
  );
}
