import type { Metadata } from "next";
import { MembersSettings } from "#app/_features/members/members-settings.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadMembers } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Members" };

export default async function MembersPage({ params }: { params: Promise<{ org: string }> }) {
  return (
    <Hydrated answers={await loadMembers((await params).org)}>
      <MembersSettings />
    </Hydrated>
  );
}
