"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTeamChoice } from "#app/_features/teams/use-team-choice.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox, Switch } from "#app/_ui/checkbox.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { McpServer } from "#server/mcp-servers/schema.ts";

const goneSessions: ReadonlySet<string> = new Set(["stopped", "archived", "removing", "removed"]);

/** For whom the tools of a server are: everybody, or these agents and these sessions. */
export function OfferDialog({ server, onClose }: { server: McpServer; onClose: () => void }) {
  const { id: serverId, name, offeredTo } = server;
  const trpc = useTRPC();
  const agents = useQuery(trpc.agents.list.queryOptions({ archived: false }));
  const { teamId, choose: chooseTeam, options: teams } = useTeamChoice();
  const sessions = useQuery(
    trpc.sessions.list.queryOptions({ teamId: teamId ?? "", limit: 50 }, { enabled: teamId !== null }),
  );
  const [everybody, setEverybody] = useState(offeredTo === null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(offeredTo?.agentIds));
  const [chosenSessions, setChosenSessions] = useState<ReadonlySet<string>>(new Set(offeredTo?.sessionIds));
  const [failure, setFailure] = useState<string>();
  const offer = useChange(trpc.mcpServers.offer.mutationOptions(), {
    done: () => `Whom ${name} is offered to is set`,
    refused: "It was not changed",
  });
  const save = async () => {
    setFailure(undefined);
    try {
      await offer.send({ serverId, everybody, agentIds: [...chosen], sessionIds: [...chosenSessions] });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  const teamOf = new Map(teams.map(({ value, label }) => [value, label]));
  // Every team has its manager.
  const named = (agents.data?.agents ?? []).map(({ id, name: agent, teamId: of }) => ({
    id,
    name: teams.length > 1 ? `${agent} of ${teamOf.get(of) ?? "another team"}` : agent,
  }));
  // What is over is only shown where it was offered before, to be taken out.
  const open = (sessions.data?.sessions ?? []).filter(
    ({ id, agentKind, status }) => chosenSessions.has(id) || (agentKind !== null && !goneSessions.has(status)),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Offer ${name} to`}
      description="Agents and sessions that are not named here do not hear of its tools."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button variant="primary" loading={offer.isPending} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Switch label="All agents and sessions" checked={everybody} onCheckedChange={setEverybody} />
        {everybody ? null : (
          <>
            <h3 className="text-app font-medium">Agents</h3>
            <Choices label="Agents" all={named} chosen={chosen} onChange={setChosen} />
            <div className="flex flex-wrap items-end justify-between gap-2">
              <h3 className="text-app font-medium">Sessions</h3>
              {teams.length > 1 ? (
                <Select label="Team" className="w-48" value={teamId} onValueChange={chooseTeam} options={teams} />
              ) : null}
            </div>
            {sessions.data && open.length === 0 ? (
              <p className="text-app text-muted">No session of the team is open.</p>
            ) : (
              <Choices label="Sessions" all={open} chosen={chosenSessions} onChange={setChosenSessions} />
            )}
          </>
        )}
        {failure ? (
          <p role="alert" className="text-app text-danger">
            {failure}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

type ChoicesProps = {
  label: string;
  all: readonly { id: string; name: string }[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
};

function Choices({ label, all, chosen, onChange }: ChoicesProps) {
  const choose = (id: string, isChosen: boolean) =>
    onChange(new Set(isChosen ? [...chosen, id] : [...chosen].filter((one) => one !== id)));
  return (
    <ul aria-label={label} className="flex flex-col gap-2">
      {all.map(({ id, name }) => (
        <li key={id}>
          <Checkbox label={name} checked={chosen.has(id)} onCheckedChange={(next) => choose(id, next)} />
        </li>
      ))}
    </ul>
  );
}
