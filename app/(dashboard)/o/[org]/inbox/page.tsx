import type { Metadata } from "next";
import { InboxRoom } from "#app/_features/inbox/inbox-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadInbox } from "#app/_server/inbox.ts";

export const metadata: Metadata = { title: "Inbox" };

/** Everything that waits for a person, in all teams they see: the home of the app. */
export default async function InboxPage({ params }: { params: Promise<{ org: string }> }) {
  const { org } = await params;
  return (
    <Hydrated answers={await loadInbox(org)}>
      <InboxRoom orgSlug={org} />
    </Hydrated>
  );
}
