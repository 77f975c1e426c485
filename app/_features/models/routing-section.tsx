"use client";

import { useQuery } from "@tanstack/react-query";
import { useParams } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useCurrentTeam } from "#app/_lib/current-team.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { settingsHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";
import { Select } from "#app/_ui/select.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import { modelTiers } from "#db/enums.ts";
import { ModelChain } from "./model-chain.tsx";
import { tierWords } from "./model-words.ts";
import { RoutingEditor } from "./routing-editor.tsx";
import type { Routing } from "./routing-type.ts";

/** Where a team's work goes: the models of each tier, and the tier of each kind of task. */
export function RoutingSection({ canChange }: { canChange: boolean }) {
  const trpc = useTRPC();
  const [chosen, setChosen] = useQueryState("team", parseAsString);
  const { data } = useQuery(trpc.teams.list.queryOptions({ archived: true }));
  const teams = (data?.teams ?? []).filter(({ archivedAt }) => archivedAt === null);
  const current = useCurrentTeam();
  const team = teams.find(({ id }) => id === chosen) ?? teams.find(({ id }) => id === current) ?? teams[0];
  if (!team) return null;
  return (
    <Section
      title="Where work goes"
      lead="The first usable model of a tier is taken; the rest are its fallback. After a failed check a task goes one tier up. What runs already goes on with its model."
    >
      <div className="flex flex-col gap-4">
        {teams.length > 1 ? (
          <div className="max-w-64">
            <Select
              label="Team"
              value={team.id}
              onValueChange={(id) => void setChosen(id)}
              options={teams.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </div>
        ) : null}
        <TeamRouting key={team.id} teamId={team.id} canChange={canChange} />
      </div>
    </Section>
  );
}

function TeamRouting({ teamId, canChange }: { teamId: string; canChange: boolean }) {
  const [isEditing, setEditing] = useState(false);
  const query = useQuery({ ...useTRPC().models.routing.queryOptions({ teamId }), refetchInterval: 15_000 });
  return (
    <Loaded query={query} what="The routing table" skeleton={<Skeleton className="h-96 w-full" />}>
      {({ routing }) =>
        isEditing ? (
          // What was read when the change began is changed; what somebody else did meanwhile is refused, not lost.
          <RoutingEditor routing={routing} onClose={() => setEditing(false)} />
        ) : (
          <RoutingView routing={routing} onEdit={canChange ? () => setEditing(true) : undefined} />
        )
      }
    </Loaded>
  );
}

function RoutingView({ routing, onEdit }: { routing: Routing; onEdit: (() => void) | undefined }) {
  const { org } = useParams<{ org: string }>();
  const { tiers, models, routes, isDefault, version } = routing;
  const isAnyUnpriced = models.some(({ inputMicros }) => inputMicros === null);
  return (
    <>
      <dl className="grid gap-x-4 gap-y-3 sm:grid-cols-[9rem_1fr]">
        {modelTiers.map((tier) => (
          <div key={tier} className="contents">
            <dt>
              <span className="block text-app font-medium">{tierWords[tier].label}</span>
              <span className="block text-small text-pretty text-muted">{tierWords[tier].does}</span>
            </dt>
            <dd className="min-w-0 max-sm:border-b max-sm:pb-3">
              <ModelChain tier={tierWords[tier].label} chain={tiers[tier]} models={models} />
            </dd>
          </div>
        ))}
      </dl>
      {isAnyUnpriced ? (
        <p className="text-app text-muted">
          A model without a price is not called. <Link href={settingsHref(org, "prices")}>Set its price.</Link>
        </p>
      ) : null}
      <div className="-mx-4 border-t">
        <Table
          label="Routes"
          columns={columns}
          rows={routes.map((route, index) => ({ ...route, index }))}
          rowKey={({ index }) => String(index)}
        />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        {onEdit ? <Button onClick={onEdit}>Change the table</Button> : null}
        <p className="text-small text-muted">
          {isDefault ? "The table that comes with the product." : <ByWhom routing={routing} version={version} />}
        </p>
      </div>
    </>
  );
}

function ByWhom({ routing: { setBy }, version }: { routing: Routing; version: number }) {
  return (
    <>
      Version {version}
      {setBy ? `, by ${setBy.name}` : ""}.
    </>
  );
}

const columns: readonly Column<Routing["routes"][number]>[] = [
  { id: "type", title: "Type of task", cell: ({ type }) => <Word word={type} any="any type" /> },
  {
    id: "complexity",
    title: "Complexity",
    cell: ({ complexity }) => <Word word={complexity} any="any complexity" />,
  },
  { id: "tier", title: "Goes to", grow: true, cell: ({ tier }) => <Badge>{tierWords[tier].label}</Badge> },
];

function Word({ word, any }: { word: string; any: string }) {
  return word === "*" ? <span className="text-muted">{any}</span> : word;
}
