"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { modelTiers } from "#db/enums.ts";
import { ChainEditor } from "./chain-editor.tsx";
import { RoutesEditor } from "./routes-editor.tsx";
import type { Routing } from "./routing-type.ts";

/** Changes a team's table as it stood when the change began. */
export function RoutingEditor({ routing, onClose }: { routing: Routing; onClose: () => void }) {
  const trpc = useTRPC();
  const [{ teamId, version }] = useState(routing);
  const [tiers, setTiers] = useState(routing.tiers);
  const [routes, setRoutes] = useState(routing.routes);
  const [failure, setFailure] = useState<string>();
  const { data } = useQuery(trpc.credentials.list.queryOptions({}));
  const offered = (data?.credentials ?? []).flatMap(({ provider, models }) =>
    models.map((model) => `${provider}/${model}`),
  );
  const known = [...new Set([...offered, ...routing.models.map(({ model }) => model)])].toSorted();
  const set = useChange(trpc.models.setRouting.mutationOptions(), {
    done: () => "The routing table is saved",
    refused: "The table was not changed",
  });
  const save = async () => {
    setFailure(undefined);
    try {
      await set.send({ teamId, version, tiers, routes });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <div className="flex flex-col gap-5">
      <datalist id="known-models">
        {known.map((model) => (
          <option key={model} value={model}>
            {model}
          </option>
        ))}
      </datalist>
      {modelTiers.map((tier) => (
        <ChainEditor
          key={tier}
          tier={tier}
          chain={tiers[tier]}
          onChange={(chain) => setTiers({ ...tiers, [tier]: chain })}
          suggestions="known-models"
        />
      ))}
      <RoutesEditor routes={routes} onChange={setRoutes} />
      {failure ? (
        <p role="alert" className="text-app break-words text-danger">
          {failure}
        </p>
      ) : null}
      <div className="flex gap-2">
        <Button variant="primary" loading={set.isPending} onClick={() => void save()}>
          Save the table
        </Button>
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
