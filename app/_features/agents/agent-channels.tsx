"use client";

import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import Link from "next/link";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { channelHref, channelsHref } from "#app/_shell/rooms.ts";
import { linkClass } from "#app/_ui/link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { Agent } from "#server/agents/schema.ts";

/** The channels an agent publishes on, and the way to hear them. */
export function AgentChannels({ orgSlug, agent }: { orgSlug: string; agent: Agent }) {
  const trpc = useTRPC();
  const known = useQuery(trpc.channels.handles.queryOptions({ ownerId: agent.id }));
  const handle = known.data?.handles[0]?.handle;
  const { data } = useQuery(
    trpc.channels.list.queryOptions({ owner: handle ?? "", limit: 5 }, { enabled: handle !== undefined }),
  );
  const listHref = `${channelsHref(orgSlug)}?q=${encodeURIComponent(`agent.${handle ?? ""}.`)}`;
  return (
    <Section
      title="Channels"
      lead={handle ? `Whatever begins with agent.${handle}. is what it says to all.` : undefined}
    >
      {known.data && !handle ? <p className="text-app text-muted">It gets its handle in a moment.</p> : null}
      {handle && !data ? <Skeleton className="h-5 w-60" /> : null}
      {data?.channels.length === 0 ? <p className="text-app text-muted">It has not published yet.</p> : null}
      <ul aria-label="Channels" className="flex flex-col gap-1">
        {data?.channels.map(({ channel, locked, lastMessageAt }) => (
          <li key={channel} className="flex flex-wrap items-center gap-2 text-app">
            <Link
              href={channelHref(orgSlug, channel)}
              className={`${linkClass} min-w-0 font-mono text-small break-all`}
            >
              {channel}
            </Link>
            {locked ? <Lock role="img" aria-label="Locked" className="size-3.5 text-warning" /> : null}
            {lastMessageAt ? (
              <span className="text-small text-faint">
                last message <RelativeTime at={lastMessageAt} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      {data?.next ? (
        <Link href={listHref} className={`${linkClass} text-app`}>
          All of them
        </Link>
      ) : null}
    </Section>
  );
}
