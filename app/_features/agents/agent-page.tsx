"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronLeft } from "lucide-react";
import Link from "next/link";
import { useMe } from "#app/_features/members/use-me.ts";
import { PauseSection } from "#app/_features/pauses/pause-section.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { AgentChannels } from "./agent-channels.tsx";
import { AgentHistory } from "./agent-history.tsx";
import { AgentMenu } from "./agent-menu.tsx";
import { AgentFacts, AgentKeys } from "./agent-peek.tsx";
import { comesByKey } from "./agent-words.ts";
import { AgentHolds, AgentState, LastSeen } from "./agent-state.tsx";

type AgentPageProps = { orgSlug: string; teamId: string; agentId: string };

/** One agent: what it does now, whether it may start something, what it did, how it is set up. */
export function AgentPage({ orgSlug, teamId, agentId }: AgentPageProps) {
  const query = useQuery(useTRPC().agents.list.queryOptions({ teamId, archived: true }));
  return (
    <div className="mx-auto flex w-full max-w-4xl flex-col gap-6 px-4 py-6 sm:px-8">
      <Link
        href={roomHref(orgSlug, teamId, "agents")}
        className="inline-flex items-center gap-1 self-start rounded-sm text-app text-muted hover:text-ink"
      >
        <ChevronLeft aria-hidden="true" className="size-4" /> Agents
      </Link>
      <Loaded query={query} what="The agent" skeleton={<Skeleton className="h-[40rem] w-full" />}>
        {({ agents }) => {
          const agent = agents.find(({ id }) => id === agentId);
          if (agent) return <Whole orgSlug={orgSlug} agent={agent} />;
          return (
            <EmptyState icon={null} title="There is no such agent here">
              It may belong to another team. Agents lists the ones of this team.
            </EmptyState>
          );
        }}
      </Loaded>
    </div>
  );
}

function Whole({ orgSlug, agent }: { orgSlug: string; agent: Agent }) {
  const { can } = useMe();
  const isHere = agent.status !== "archived";
  return (
    <>
      <header className="flex flex-wrap items-center gap-3">
        <AgentMark name={agent.name} size={32} decorative />
        <h1 className="min-w-0 truncate text-display font-semibold">{agent.name}</h1>
        <AgentState agent={agent} />
        <span className="ml-auto">
          {isHere && can("agents:manage") ? (
            <AgentMenu agent={agent} canMakeKeys={can("keys:manage") && comesByKey(agent)} />
          ) : null}
        </span>
      </header>
      <Section title="Now">
        {agent.holds.length > 0 ? (
          <AgentHolds orgSlug={orgSlug} agent={agent} />
        ) : (
          <p className="text-app text-muted">
            It holds nothing. <LastSeen agent={agent} />.
          </p>
        )}
      </Section>
      {isHere ? (
        <PauseSection
          target={{ agentId: agent.id }}
          name={agent.name}
          paused={agent.paused}
          running="It takes what is ready for it."
          canPause={can("work:pause")}
        />
      ) : null}
      <AgentHistory orgSlug={orgSlug} agent={agent} />
      <AgentChannels orgSlug={orgSlug} agent={agent} />
      <Section title="Set up">
        <div className="flex flex-col gap-6">
          <AgentFacts agent={agent} />
          {can("keys:manage") && comesByKey(agent) ? <AgentKeys agent={agent} onConnect={undefined} /> : null}
        </div>
      </Section>
    </>
  );
}
