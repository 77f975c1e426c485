"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowUpRight, KeyRound } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { ApiKeyList } from "#app/_features/api-keys/api-key-list.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { agentHref } from "#app/_shell/rooms.ts";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Button, buttonClass } from "#app/_ui/button.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { duration, money, tokenCount } from "#app/_ui/format.ts";
import { Peek } from "#app/_ui/peek.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { AgentHolds, AgentState, LastSeen } from "./agent-state.tsx";
import { comesByKey, roleWords, runtimeWords } from "./agent-words.ts";
import { ConnectAgent } from "./connect-agent.tsx";
import { ConnectDialog } from "./connect-dialog.tsx";

type AgentPeekProps = {
  orgSlug: string;
  agent: Agent;
  canSeeKeys: boolean;
  canManage: boolean;
  onClose: () => void;
};

/** One agent beside the list: what it holds, how it is set up, its keys, how to connect it. */
export function AgentPeek({ orgSlug, agent, canSeeKeys, canManage, onClose }: AgentPeekProps) {
  const [connecting, setConnecting] = useState(false);
  return (
    <Peek
      label={agent.name}
      head={
        <>
          <AgentMark name={agent.name} size={20} decorative />
          <h2 className="min-w-0 truncate text-read font-semibold">{agent.name}</h2>
          <AgentState agent={agent} />
          <span className="grow" />
          <Link href={agentHref(orgSlug, agent.teamId, agent.id)} className={buttonClass("ghost", "sm")}>
            Open <ArrowUpRight aria-hidden="true" className="size-3.5" />
          </Link>
        </>
      }
      onClose={onClose}
    >
      <div className="flex flex-col gap-6 p-4">
        <Part title="Holds now">
          {agent.holds.length > 0 ? (
            <AgentHolds orgSlug={orgSlug} agent={agent} />
          ) : (
            <p className="text-app text-muted">
              Nothing. <LastSeen agent={agent} />.
            </p>
          )}
        </Part>
        <AgentFacts agent={agent} />
        {canSeeKeys && comesByKey(agent) ? (
          <AgentKeys agent={agent} onConnect={canManage ? () => setConnecting(true) : undefined} />
        ) : null}
        {agent.status === "archived" || !comesByKey(agent) ? null : (
          <Part title="Connect">
            <ConnectAgent />
          </Part>
        )}
      </div>
      {connecting ? <ConnectDialog agent={agent} onClose={() => setConnecting(false)} /> : null}
    </Peek>
  );
}

/** How an agent is set up. */
export function AgentFacts({ agent }: { agent: Agent }) {
  return (
    <dl className="grid grid-cols-[8rem_1fr] gap-y-1.5 text-app">
      <Fact name="Role">{roleWords[agent.role].label}</Fact>
      <Fact name="Runtime">{runtimeWords[agent.runtime].label}</Fact>
      {agent.runtime === "model" ? <Fact name="Model">{agent.model ?? "As the team's table routes"}</Fact> : null}
      <Fact name="Spent today">
        {money(agent.costTodayMicros)} <span className="text-muted">{tokenCount(agent.tokensToday)} tokens</span>
      </Fact>
      <Fact name="Slots">{agent.slots}</Fact>
      <Fact name="Life of a lease">{agent.leaseSeconds === null ? "As its team" : duration(agent.leaseSeconds)}</Fact>
      <Fact name="Added">
        <RelativeTime at={agent.createdAt} />
      </Fact>
      <Fact name="Id">
        <CopyableId id={agent.id} shown={`${agent.id.slice(0, 8)}…`} />
      </Fact>
    </dl>
  );
}

/** The keys an agent comes with. */
export function AgentKeys({ agent, onConnect }: { agent: Agent; onConnect: (() => void) | undefined }) {
  const query = useQuery(useTRPC().apiKeys.list.queryOptions({ agentId: agent.id }));
  return (
    <Part
      title="Keys"
      action={
        onConnect && agent.status !== "archived" ? (
          <Button size="sm" icon={<KeyRound className="size-3.5" />} onClick={onConnect}>
            New key
          </Button>
        ) : null
      }
    >
      <Loaded query={query} what="Its keys" skeleton={<SkeletonRows count={1} />}>
        {({ apiKeys }) =>
          apiKeys.length === 0 ? (
            <p className="text-app text-muted">No key yet, so it cannot come here.</p>
          ) : (
            <ApiKeyList apiKeys={apiKeys} />
          )
        }
      </Loaded>
    </Part>
  );
}

function Part({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <header className="flex min-h-7 items-center justify-between gap-2 pb-1">
        <h3 className="text-small font-medium text-faint">{title}</h3>
        {action}
      </header>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
