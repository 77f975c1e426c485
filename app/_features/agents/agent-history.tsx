"use client";

import { useQuery } from "@tanstack/react-query";
import { EventRow } from "#app/_features/events/event-row.tsx";
import { useNames } from "#app/_features/events/use-names.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Agent } from "#server/agents/schema.ts";

/** What an agent did of late and what was done to it, live. */
export function AgentHistory({ orgSlug, agent }: { orgSlug: string; agent: Agent }) {
  const query = useQuery(useTRPC().events.activity.queryOptions({ teamId: agent.teamId, about: agent.id, limit: 50 }));
  const events = query.data?.events ?? [];
  const names = useNames(agent.teamId, events);
  return (
    <Section title="History" lead="The newest first." flush>
      <Loaded query={query} what="The history" skeleton={<SkeletonRows count={6} label="Loading the history" />}>
        {() =>
          events.length === 0 ? (
            <p className="px-4 py-5 text-app text-muted">Nothing yet.</p>
          ) : (
            <ol>
              {events.map((event) => (
                <EventRow key={event.seq} orgSlug={orgSlug} event={event} names={names} isSelected={false} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </Section>
  );
}
