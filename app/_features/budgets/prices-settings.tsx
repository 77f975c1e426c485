"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { money } from "#app/_ui/format.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import { type Price, PriceDialog } from "./price-dialog.tsx";

/** What a million tokens of each model cost. */
export function PricesSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("budgets:manage");
  const [edited, setEdited] = useQueryState("model", parseAsString);
  const query = useQuery(useTRPC().prices.list.queryOptions({}));
  const add = () => void setEdited("");
  const button = useAddButton({ id: "price.set", title: "Set a price", group: "Money", may: canManage, run: add });
  return (
    <SettingsPage
      title="Prices"
      lead="What a million tokens cost. A new price counts from now on; what was booked keeps the price of its time."
      action={button}
    >
      {isKnown && !canManage ? <LookOnly what="set prices" /> : null}
      <Loaded query={query} what="The prices" skeleton={<SkeletonRows count={12} label="Loading the prices" />}>
        {({ prices, unknownModels }) => (
          <>
            <Banner
              tone="info"
              inset
              title={unknownModels === "refused" ? "Unknown models are refused." : "Unknown models are priced."}
            >
              {unknownModels === "refused"
                ? "Nothing is spent with a model that has no price here. Set one for it, or for “*”, which is charged for all others."
                : "A model that is not listed costs what stands beside “*”."}
            </Banner>
            <Section title={`${prices.length} models`} flush>
              <Table
                label="Prices"
                columns={columnsOf(canManage ? (model) => void setEdited(model) : undefined)}
                rows={prices}
                rowKey={({ model }) => model}
              />
            </Section>
            {canManage && edited !== null ? (
              <PriceDialog
                key={edited}
                price={prices.find(({ model }) => model === edited)}
                onClose={() => void setEdited(null)}
              />
            ) : null}
          </>
        )}
      </Loaded>
    </SettingsPage>
  );
}

function columnsOf(onEdit: ((model: string) => void) | undefined): readonly Column<Price>[] {
  const amount = (id: "inputMicros" | "outputMicros" | "cacheReadMicros" | "cacheWriteMicros", title: string) => ({
    id,
    title,
    align: "end" as const,
    wideOnly: id === "cacheReadMicros" || id === "cacheWriteMicros",
    cell: (price: Price) => <span className="tabular-nums">{money(price[id])}</span>,
  });
  return [
    {
      id: "model",
      title: "Model",
      grow: true,
      cell: ({ model, id }) => (
        <span className="flex items-center gap-2">
          <span className="truncate font-mono text-small">{model}</span>
          {id === null ? null : <Badge>Your own</Badge>}
        </span>
      ),
    },
    {
      id: "provider",
      title: "Provider",
      wideOnly: true,
      cell: ({ provider }) => <span className="text-muted">{provider}</span>,
    },
    amount("inputMicros", "Input"),
    amount("outputMicros", "Output"),
    amount("cacheReadMicros", "Cache read"),
    amount("cacheWriteMicros", "Cache write"),
    ...(onEdit
      ? [
          {
            id: "actions",
            title: "Actions",
            hideTitle: true,
            align: "end" as const,
            cell: ({ model }: Price) => (
              <Button
                size="sm"
                variant="ghost"
                aria-label={`Change the price of ${model}`}
                onClick={() => onEdit(model)}
              >
                Change
              </Button>
            ),
          },
        ]
      : []),
  ];
}
