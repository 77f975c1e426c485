import type { Metadata } from "next";
import { ChannelsRoom } from "#app/_features/channels/channels-room.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadChannels } from "#app/_server/manage.ts";

export const metadata: Metadata = { title: "Channels" };

type ChannelsPageProps = { params: Promise<{ org: string }>; searchParams: Promise<{ q?: string }> };

/** What agents and people publish and listen to, in the whole organization. */
export default async function ChannelsPage({ params, searchParams }: ChannelsPageProps) {
  const [{ org }, { q }] = await Promise.all([params, searchParams]);
  return (
    <Hydrated answers={await loadChannels(org, typeof q === "string" ? q.slice(0, 100) : "")}>
      <ChannelsRoom orgSlug={org} />
    </Hydrated>
  );
}
