"use client";

import clsx from "clsx";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { money, tokenCount } from "#app/_ui/format.ts";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { AgentMenu } from "./agent-menu.tsx";
import { AgentHolds, AgentState, LastSeen } from "./agent-state.tsx";
import { comesByKey, roleWords, runtimeWords } from "./agent-words.ts";

type AgentRowProps = {
  orgSlug: string;
  agent: Agent;
  isSelected: boolean;
  canManage: boolean;
  canMakeKeys: boolean;
  onOpen: () => void;
};

/** One agent: who it is, and under that what it does now. */
export function AgentRow({ orgSlug, agent, isSelected, canManage, canMakeKeys, onOpen }: AgentRowProps) {
  return (
    <li
      aria-current={isSelected || undefined}
      className={clsx(
        "relative grid grid-cols-[2rem_minmax(0,1fr)_auto] items-start gap-x-3 border-b px-3 py-2.5",
        isSelected ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <AgentMark name={agent.name} size={32} decorative />
      <div className="min-w-0">
        <div className="flex min-h-5 flex-wrap items-center gap-x-2 gap-y-0.5">
          <button
            type="button"
            onClick={onOpen}
            className="truncate rounded-sm text-app font-semibold before:absolute before:inset-0"
          >
            {agent.name}
          </button>
          <Badge tone="agent">{roleWords[agent.role].label}</Badge>
          {agent.isDefault ? <Badge>Default</Badge> : null}
          {agent.isDemonstration ? <Badge>Sample crew</Badge> : null}
          <span className="text-small text-faint">
            {runtimeWords[agent.runtime].label} · {agent.holds.length}/{agent.slots}{" "}
            {agent.slots === 1 ? "slot" : "slots"}
          </span>
        </div>
        <div className="mt-1 flex min-h-5 flex-wrap items-center gap-x-3 gap-y-1">
          <AgentState agent={agent} />
          {agent.holds.length > 0 ? (
            <div className="relative min-w-0">
              <AgentHolds orgSlug={orgSlug} agent={agent} />
            </div>
          ) : agent.lastSeenAt ? (
            <span className="text-small text-muted">
              <LastSeen agent={agent} />
            </span>
          ) : null}
        </div>
      </div>
      <div className="relative flex items-center gap-2">
        {agent.costTodayMicros > 0 ? (
          <span
            className="text-small text-muted tabular-nums"
            title={`${tokenCount(agent.tokensToday)} tokens since midnight UTC`}
          >
            {money(agent.costTodayMicros)} today
          </span>
        ) : null}
        {canManage && agent.status !== "archived" ? (
          <AgentMenu agent={agent} canMakeKeys={canMakeKeys && comesByKey(agent)} />
        ) : null}
      </div>
    </li>
  );
}

/** As high as the rows that come. */
export function AgentRowsSkeleton() {
  return (
    <div role="status" aria-label="Loading the agents">
      {[0, 1, 2].map((row) => (
        <div key={row} className="flex h-17 items-center gap-3 border-b px-3">
          <Skeleton className="size-8" />
          <div className="flex grow flex-col gap-2">
            <Skeleton className="h-3 w-48" />
            <Skeleton className="h-3 w-72 max-w-full" />
          </div>
        </div>
      ))}
    </div>
  );
}
