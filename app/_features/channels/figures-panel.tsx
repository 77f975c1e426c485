"use client";

import { useQuery } from "@tanstack/react-query";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { Part } from "./panel-part.tsx";

const lookAgainMs = 5_000;

/** How much is said on a channel, and who listens on pages now. */
export function FiguresPanel({ channel: { channel, maySubscribe, owner } }: { channel: ChannelInfo }) {
  const query = useQuery(
    useTRPC().channels.statistics.queryOptions(
      { channel },
      { refetchInterval: lookAgainMs, enabled: maySubscribe, retry: false },
    ),
  );
  if (!maySubscribe) {
    return (
      <p className="text-app text-muted">How much is said here is told to those {owner ?? "its owner"} granted.</p>
    );
  }
  return (
    <Loaded query={query} what="The figures" skeleton={<Skeleton className="h-60 w-full" />}>
      {({ messages, minutes, subscribers }) => {
        const hour = minutes.reduce((sum, each) => sum + each.messages, 0);
        const most = Math.max(...minutes.map((each) => each.messages));
        return (
          <>
            <dl className="grid grid-cols-2 gap-3">
              <Figure name="Listening on pages now" value={subscribers === null ? "unknown" : String(subscribers)} />
              <Figure name="In the last hour" value={String(hour)} />
              <Figure name="Most in a minute" value={String(most)} />
              <Figure name="Ever published" value={String(messages)} />
            </dl>
            <Part title="By the minute, the last hour">
              <Bars minutes={minutes} most={most} />
            </Part>
            <p className="text-small text-pretty text-muted">
              Agents that wait with read_channel are not counted among those who listen.
              {subscribers === null ? " The realtime host does not answer." : ""}
            </p>
          </>
        );
      }}
    </Loaded>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="rounded-md border bg-surface px-3 py-2">
      <dt className="text-small text-muted">{name}</dt>
      <dd className="text-title font-semibold tabular-nums">{value}</dd>
    </div>
  );
}

type BarsProps = { minutes: readonly { at: string; messages: number }[]; most: number };

/** Sixty bars; the words for them are the figures above. */
function Bars({ minutes, most }: BarsProps) {
  const busiest = minutes.reduce(
    (best, each) => (each.messages > best.messages ? each : best),
    minutes[0] ?? { at: "", messages: 0 },
  );
  return (
    <figure>
      <svg
        viewBox="0 0 240 60"
        preserveAspectRatio="none"
        role="img"
        aria-label={
          most === 0
            ? "Nothing was published in the last hour"
            : `At most ${most} in a minute, at ${clock.format(new Date(busiest.at))}`
        }
        className="h-24 w-full rounded-md border bg-surface"
      >
        {minutes.map(({ at, messages }, index) => {
          const height = most === 0 ? 0 : Math.max(messages > 0 ? 2 : 0, (messages / most) * 56);
          return (
            <rect key={at} x={index * 4 + 0.5} y={60 - height} width="3" height={height} fill="var(--accent)">
              <title>{`${clock.format(new Date(at))}: ${messages}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="flex justify-between text-micro text-faint">
        <span>an hour ago</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
