"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { format } from "date-fns/format";
import { Activity, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useEffect, useMemo, useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { taskHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { useNow } from "#app/_ui/clock.ts";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { FeedEvent } from "#server/events/schema.ts";
import { eventGroups, typesOf } from "./event-groups.ts";
import { EventRow } from "./event-row.tsx";
import { useNames } from "./use-names.ts";

const scopes = ["team", "all"] as const;

/** What happened, newest first and live: of this team, or of everything the reader may see. */
export function ActivityRoom({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const router = useRouter();
  const [{ of: kinds, scope, request }, setFilter] = useQueryStates(
    {
      of: parseAsArrayOf(parseAsString).withDefault([]),
      scope: parseAsStringLiteral(scopes).withDefault("team"),
      /** Only what one request caused. */
      request: parseAsString,
    },
    { history: "replace" },
  );
  const query = useActivity({
    teamId: scope === "team" ? teamId : undefined,
    types: typesOf(kinds),
    correlationId: request ?? undefined,
    limit: 50,
  });
  const events = useMemo(() => query.data?.pages.flatMap((page) => page.events) ?? [], [query.data]);
  const names = useNames(teamId, events);
  const [selected, setSelected] = useState<string | null>(null);
  useListActions({
    noun: "event",
    keys: events.map(({ seq }) => String(seq)),
    selected,
    onSelect: setSelected,
    onOpen: (seq) => {
      const number = events.find((event) => String(event.seq) === seq)?.taskNumber;
      if (number) router.push(taskHref(orgSlug, number));
    },
  });
  useEffect(() => {
    document.querySelector(`[data-seq="${selected}"]`)?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const toggle = (id: string) =>
    void setFilter({ of: kinds.includes(id) ? kinds.filter((each) => each !== id) : [...kinds, id] });
  return (
    <>
      <RoomHead title="Activity">
        <Segmented
          label="Whose"
          value={scope}
          onValueChange={(next) => void setFilter({ scope: next })}
          options={[
            { value: "team", label: names.nameOf(teamId) ?? "This team" },
            { value: "all", label: "All teams" },
          ]}
        />
      </RoomHead>
      <div
        role="group"
        aria-label="Show only"
        className="flex shrink-0 gap-1.5 overflow-x-auto border-b px-3 py-2 [scrollbar-width:none] sm:flex-wrap"
      >
        {eventGroups.map(({ id, label }) => (
          <Button
            key={id}
            size="sm"
            variant={kinds.includes(id) ? "secondary" : "ghost"}
            aria-pressed={kinds.includes(id)}
            className={kinds.includes(id) ? "border-accent-line bg-accent-soft text-accent-text" : ""}
            onClick={() => toggle(id)}
          >
            {label}
          </Button>
        ))}
        {request ? (
          <Button
            size="sm"
            variant="secondary"
            className="border-accent-line bg-accent-soft text-accent-text"
            icon={<X className="size-3.5" />}
            aria-label="Show what other requests caused too"
            title={request}
            onClick={() => void setFilter({ request: null })}
          >
            One request: {request.slice(0, 8)}
          </Button>
        ) : null}
        {kinds.length > 0 ? (
          <Button size="sm" variant="ghost" onClick={() => void setFilter({ of: null })}>
            Clear
          </Button>
        ) : null}
      </div>
      <Loaded query={query} what="The activity" skeleton={<SkeletonRows count={12} label="Loading the activity" />}>
        {() =>
          events.length === 0 ? (
            <EmptyState
              icon={<Activity />}
              title={kinds.length > 0 ? "Nothing of this kind yet" : "Nothing happened yet"}
              action={
                kinds.length > 0 ? <Button onClick={() => void setFilter({ of: null })}>Show everything</Button> : null
              }
            >
              Everything that people and agents do here is written down for good, in the order it happened.
            </EmptyState>
          ) : (
            <>
              <Days orgSlug={orgSlug} events={events} names={names} selected={selected} />
              {query.hasNextPage ? (
                <div className="flex justify-center p-3">
                  <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    Show older
                  </Button>
                </div>
              ) : (
                <p className="px-3 py-4 text-center text-small text-faint">This is where it began.</p>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

type DaysProps = {
  orgSlug: string;
  events: readonly FeedEvent[];
  names: ReturnType<typeof useNames>;
  selected: string | null;
};

function Days({ orgSlug, events, names, selected }: DaysProps) {
  // The reader's day, once the browser's clock is known; before that the server's, which both sides agree on.
  const isHydrated = useNow() !== null;
  const dayOf = ({ occurredAt }: FeedEvent) =>
    isHydrated ? format(new Date(occurredAt), "EEEE d MMMM yyyy") : occurredAt.slice(0, 10);
  return [...Map.groupBy(events, dayOf)].map(([day, members]) => (
    <section key={day} aria-label={day}>
      <h2 className="sticky top-0 border-b bg-canvas px-3 py-1.5 text-small font-medium text-faint">{day}</h2>
      <ol>
        {members.map((event) => (
          <EventRow
            key={event.seq}
            orgSlug={orgSlug}
            event={event}
            names={names}
            isSelected={String(event.seq) === selected}
          />
        ))}
      </ol>
    </section>
  ));
}

function useActivity(input: {
  teamId: string | undefined;
  types: string[] | undefined;
  correlationId: string | undefined;
  limit: number;
}) {
  const trpc = useTRPC();
  const api = useTRPCClient();
  return useInfiniteQuery({
    // The key of the first page, with a mark: realtime knows by it what to read again.
    queryKey: [...trpc.events.activity.queryKey(input), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.events.activity.query({ ...input, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}
