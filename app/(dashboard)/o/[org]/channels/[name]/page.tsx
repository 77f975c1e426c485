import type { Metadata } from "next";
import { ChannelPage } from "#app/_features/channels/channel-page.tsx";
import { Hydrated } from "#app/_lib/hydrated.tsx";
import { loadChannel } from "#app/_server/manage.ts";

type OneChannelProps = { params: Promise<{ org: string; name: string }> };

export async function generateMetadata({ params }: OneChannelProps): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) };
}

/** One channel: what is said on it now, who may hear it, what it is for. */
export default async function OneChannel({ params }: OneChannelProps) {
  const { org, name } = await params;
  const channel = decodeURIComponent(name);
  return (
    <Hydrated answers={await loadChannel(org, channel)}>
      <ChannelPage key={channel} orgSlug={org} channel={channel} />
    </Hydrated>
  );
}
