"use client";

import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useParams } from "next/navigation";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { duration } from "#app/_ui/format.ts";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { BusiestChannels } from "./busiest-channels.tsx";
import { HourBars, type RealtimeStats } from "./hour-bars.tsx";

const lookAgainMs = 5_000;
/** The cursor of the relay is saved a few times a second: so little is no delay. */
const noticedSeconds = 3;

/** Whether what happens reaches the pages of the organization, and how much of it there is. */
export function RealtimeSettings() {
  const { org } = useParams<{ org: string }>();
  const query = useQuery(useTRPC().realtime.stats.queryOptions({}, { refetchInterval: lookAgainMs }));
  return (
    <SettingsPage
      title="Realtime health"
      lead="Whether what happens reaches open pages at once, and how much is said. The figures are of this organization and renew themselves every five seconds."
    >
      <Loaded query={query} what="The figures" skeleton={<Skeleton className="h-96 w-full" />}>
        {(stats) => (
          <>
            <State stats={stats} />
            <Figures stats={stats} />
            {isQuiet(stats) ? (
              <EmptyState icon={<Activity />} title="All quiet for an hour">
                Nothing was published on a channel, nothing changed and nobody was refused. Bars appear here by the
                minute as soon as somebody works.
              </EmptyState>
            ) : (
              <Section title="The last hour, by the minute">
                <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
                  <HourBars minutes={stats.minutes} name="Messages on channels" valueOf={({ messages }) => messages} />
                  <HourBars minutes={stats.minutes} name="Events" valueOf={({ events }) => events} />
                  <HourBars
                    minutes={stats.minutes}
                    name="Open pages"
                    per="at once"
                    valueOf={({ connections }) => connections ?? 0}
                  />
                  <HourBars
                    minutes={stats.minutes}
                    name="Refused"
                    tone="warning"
                    valueOf={({ rateLimited, denied }) => rateLimited + denied}
                  />
                </div>
              </Section>
            )}
            <BusiestChannels org={org} channels={stats.busiest} />
          </>
        )}
      </Loaded>
    </SettingsPage>
  );
}

function State({ stats: { relay, connections } }: { stats: RealtimeStats }) {
  if (relay.behind > 0 && relay.seconds > noticedSeconds) {
    return (
      <Banner tone="warning" inset title={`Pages are ${duration(relay.seconds)} behind.`}>
        {relay.behind} {relay.behind === 1 ? "event waits" : "events wait"} to be told. Pages read what they miss by
        themselves every few seconds; nothing is lost. If it stays, look whether a worker runs (/readyz).
      </Banner>
    );
  }
  return (
    <Banner tone="info" inset title="Pages are told at once.">
      {connections === null
        ? "How many are open is not known: the realtime host has not been asked within the last minutes."
        : "Nothing waits to be told."}
    </Banner>
  );
}

function Figures({ stats }: { stats: RealtimeStats }) {
  const sum = (name: "rateLimited" | "denied") => stats.minutes.reduce((all, minute) => all + minute[name], 0);
  const figures = [
    ["Open pages", stats.connections ?? "unknown"],
    ["Messages a second", stats.messagesPerSecond],
    ["Events a second", stats.eventsPerSecond],
    ["Events to be told", stats.relay.behind],
    ["Came too fast, last hour", sum("rateLimited")],
    ["Not allowed, last hour", sum("denied")],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      {figures.map(([name, value]) => (
        <div key={name} className="rounded-md border bg-surface px-3 py-2">
          <dt className="text-small text-muted">{name}</dt>
          <dd className="text-title font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const isQuiet = ({ minutes }: RealtimeStats) =>
  minutes.every(({ messages, events, rateLimited, denied }) => messages + events + rateLimited + denied === 0);
