"use client";

import { useQuery } from "@tanstack/react-query";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { money } from "#app/_ui/format.ts";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";

type Row = { model: string; calls: number; costMicros: number; savedMicros: number };

/** What it saved this month that not everything went to the best model. */
export function SavingsSection() {
  const query = useQuery(useTRPC().models.savings.queryOptions({}));
  return (
    <Loaded query={query} what="The savings" skeleton={<Skeleton className="h-28 w-full" />}>
      {({ costMicros, topModel, topCostMicros, savedMicros, models, from }) =>
        models.length === 0 ? (
          <Section title="Saved this month">
            <p className="text-app text-muted">
              Nothing was spent since {from}. As soon as a model is called, its cost stands here beside what the best
              model would have cost.
            </p>
          </Section>
        ) : (
          <Section
            title={`${money(savedMicros)} saved this month`}
            lead={
              topModel
                ? `${money(costMicros)} were spent since ${from}. The same tokens would have cost ${money(topCostMicros)} with ${topModel}.`
                : `${money(costMicros)} were spent since ${from}. No model of the large tier has a price to compare it with.`
            }
            flush
          >
            <Table label="Saved by model" columns={columns} rows={models} rowKey={({ model }) => model} />
          </Section>
        )
      }
    </Loaded>
  );
}

const columns: readonly Column<Row>[] = [
  {
    id: "model",
    title: "Model",
    grow: true,
    cell: ({ model }) => <span className="font-mono text-small">{model}</span>,
  },
  { id: "calls", title: "Calls", align: "end", cell: ({ calls }) => calls.toLocaleString("en") },
  { id: "cost", title: "Cost", align: "end", cell: ({ costMicros }) => money(costMicros) },
  { id: "saved", title: "Saved", align: "end", cell: ({ savedMicros }) => money(savedMicros) },
];
