"use client";

import { useQuery } from "@tanstack/react-query";
import { Bot, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsBoolean, parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { agentHref } from "#app/_shell/rooms.ts";
import { useListActions } from "#app/_shell/list-actions.ts";
import { useLateOpen } from "#app/_shell/use-late-open.ts";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import type { Agent } from "#server/agents/schema.ts";
import { AddAgentDialog } from "./add-agent-dialog.tsx";
import { faceOfAgent } from "./agent-face.ts";
import { AgentPeek } from "./agent-peek.tsx";
import { AgentRow, AgentRowsSkeleton } from "./agent-row.tsx";
import { CodingAgents } from "./coding-agents.tsx";

/** The agents of a team: who they are, what each holds now, and the way to add and connect one. */
export function AgentsRoom({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const { can, isKnown } = useMe();
  const [archived, setArchived] = useQueryState("archived", parseAsBoolean.withDefault(false));
  const [chosen, setChosen] = useQueryState("agent", parseAsString);
  const [selected, setSelected] = useState<string | null>(null);
  const adding = useLateOpen();
  const router = useRouter();
  const query = useQuery(useTRPC().agents.list.queryOptions({ teamId, archived }));
  const agents = query.data?.agents ?? [];
  const peeked = agents.find(({ id }) => id === chosen);
  const canManage = can("agents:manage");
  const add = () => adding.setOpen(true);
  useActions([
    {
      id: "agent.add",
      title: "Add an agent",
      group: "Agents",
      keys: "c",
      icon: <Plus />,
      when: () => canManage,
      run: add,
    },
  ]);
  useListActions({
    noun: "agent",
    keys: agents.map(({ id }) => id),
    selected: selected ?? chosen,
    onSelect: (id) => {
      setSelected(id);
      if (chosen) void setChosen(id);
    },
    onOpen: (id) => router.push(agentHref(orgSlug, teamId, id)),
    onPeek: (id) => void setChosen(chosen === id ? null : id),
  });
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 grow flex-col overflow-y-auto">
        <RoomHead title="Agents" summary={query.data ? summaryOf(agents) : null}>
          <Checkbox label="Archived" checked={archived} onCheckedChange={(next) => void setArchived(next || null)} />
          {canManage ? (
            <Button variant="primary" size="sm" icon={<Plus className="size-3.5" />} keys="c" onClick={add}>
              Add agent
            </Button>
          ) : null}
        </RoomHead>
        {isKnown && !canManage ? (
          <div className="p-3">
            <LookOnly what="add, pause or archive agents" />
          </div>
        ) : null}
        <Loaded query={query} what="The agents" skeleton={<AgentRowsSkeleton />}>
          {() =>
            agents.length === 0 ? (
              <NoAgents onAdd={canManage ? add : undefined} />
            ) : (
              <ul aria-label="Agents">
                {agents.map((agent) => (
                  <AgentRow
                    key={agent.id}
                    orgSlug={orgSlug}
                    agent={agent}
                    isSelected={agent.id === (selected ?? chosen)}
                    canManage={canManage}
                    canMakeKeys={can("keys:manage")}
                    onOpen={() => {
                      setSelected(agent.id);
                      void setChosen(agent.id);
                    }}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
        <CodingAgents orgSlug={orgSlug} teamId={teamId} canManage={canManage} />
      </div>
      {peeked ? (
        <AgentPeek
          key={peeked.id}
          orgSlug={orgSlug}
          agent={peeked}
          canSeeKeys={can("keys:manage")}
          canManage={canManage}
          onClose={() => void setChosen(null)}
        />
      ) : null}
      {adding.wasOpened ? (
        <AddAgentDialog
          key={adding.open ? "open" : "closed"}
          teamId={teamId}
          canMakeKeys={can("keys:manage")}
          open={adding.open}
          onOpenChange={adding.setOpen}
          onAdded={(id) => void setChosen(id)}
        />
      ) : null}
    </div>
  );
}

function NoAgents({ onAdd }: { onAdd: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={<Bot />}
      title="No agents yet"
      action={
        onAdd ? (
          <Button variant="primary" icon={<Plus className="size-4" />} onClick={onAdd}>
            Add the first agent
          </Button>
        ) : null
      }
    >
      Agents take tasks from the board, one lease at a time. Add one, copy one line into Claude Code, Cursor or VS Code,
      and it takes the next ready task.
    </EmptyState>
  );
}

const summaryWords = {
  working: "working",
  waiting: "waiting",
  idle: "idle",
  silent: "silent",
  paused: "paused",
} as const;

/** "5: 2 working, 1 silent, 2 idle". */
function summaryOf(agents: readonly Agent[]): string {
  const faces = agents.map(faceOfAgent).filter((face) => face !== "archived");
  if (faces.length === 0) return "";
  const said = Object.entries(summaryWords).flatMap(([face, word]) => {
    const count = faces.filter((each) => each === face).length;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return said.length > 0 ? `${faces.length}: ${said.join(", ")}` : `${faces.length}`;
}
