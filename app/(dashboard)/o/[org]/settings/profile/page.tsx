import type { Metadata } from "next";
import { ProfileSettings } from "#app/_features/settings/profile-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadProfile } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Profile" };

export default async function ProfilePage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadProfile((await params).org)}>
      <ProfileSettings />
    </Hydrated>
  );
}
