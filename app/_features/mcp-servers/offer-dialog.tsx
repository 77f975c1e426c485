"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox, Switch } from "#app/_ui/checkbox.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import type { McpServer } from "#server/mcp-servers/schema.ts";

/** For whom the tools of a server are: everybody, or these agents. Sessions it was offered to stay. */
export function OfferDialog({ server, onClose }: { server: McpServer; onClose: () => void }) {
  const { id: serverId, name, offeredTo } = server;
  const trpc = useTRPC();
  const agents = useQuery(trpc.agents.list.queryOptions({ archived: false }));
  const [everybody, setEverybody] = useState(offeredTo === null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(offeredTo?.agentIds));
  const [failure, setFailure] = useState<string>();
  const offer = useChange(trpc.mcpServers.offer.mutationOptions(), {
    done: () => `Whom ${name} is offered to is set`,
    refused: "It was not changed",
  });
  const save = async () => {
    setFailure(undefined);
    try {
      await offer.send({ serverId, everybody, agentIds: [...chosen], sessionIds: offeredTo?.sessionIds ?? [] });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  const choose = (id: string, isChosen: boolean) =>
    setChosen(new Set(isChosen ? [...chosen, id] : [...chosen].filter((one) => one !== id)));
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Offer ${name} to`}
      description="Agents that are not named here do not hear of its tools."
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
          <ul aria-label="Agents" className="flex flex-col gap-2">
            {(agents.data?.agents ?? []).map(({ id, name: agent }) => (
              <li key={id}>
                <Checkbox label={agent} checked={chosen.has(id)} onCheckedChange={(next) => choose(id, next)} />
              </li>
            ))}
          </ul>
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
