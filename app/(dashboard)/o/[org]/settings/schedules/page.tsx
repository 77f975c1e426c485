import type { Metadata } from "next";
import { SchedulesSettings } from "#app/_features/schedules/schedules-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadSchedules } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Schedules" };

export default async function SchedulesPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadSchedules((await params).org)}>
      <SchedulesSettings />
    </Hydrated>
  );
}
