"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Inbox } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { DeliveryStatus } from "#db/enums.ts";
import type { Delivery } from "#server/webhooks/schema.ts";
import { DeliveryActions } from "./delivery-actions.tsx";
import { DeliveryDialog } from "./delivery-dialog.tsx";
import { deliveryWords } from "./webhook-words.ts";

const views = ["all", "effect", "trouble", "refused"] as const;
type View = (typeof views)[number];
const statuses: Record<View, DeliveryStatus[] | undefined> = {
  all: undefined,
  effect: ["processed"],
  trouble: ["failed", "received"],
  refused: ["refused"],
};

/** What came in and what came of it. Refused ones are no events, so the list also looks by itself. */
export function Deliveries() {
  const [view, setView] = useQueryState("show", parseAsStringLiteral(views).withDefault("all"));
  const [open, setOpen] = useQueryState("delivery", parseAsString);
  const [selected, setSelected] = useState<string | null>(null);
  const status = statuses[view];
  const query = useQuery({
    ...useTRPC().webhooks.deliveries.queryOptions({ limit: 50, ...(status ? { status } : {}) }),
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const show = (id: string) => void setOpen(id);
  useListActions({
    noun: "delivery",
    keys: (query.data?.deliveries ?? []).map(({ id }) => id),
    selected,
    onSelect: setSelected,
    onOpen: show,
  });
  return (
    <>
      <Section title="Deliveries" lead="What came in, newest first, and what came of it. Kept for 90 days." flush>
        <div className="border-b px-4 py-2">
          <Segmented
            label="Which deliveries"
            value={view}
            onValueChange={(next) => void setView(next === "all" ? null : next)}
            options={[
              { value: "all", label: "All" },
              { value: "effect", label: "Processed" },
              { value: "trouble", label: "Failed" },
              { value: "refused", label: "Refused" },
            ]}
          />
        </div>
        <Loaded
          query={query}
          what="The deliveries"
          skeleton={<SkeletonRows count={6} label="Loading the deliveries" />}
        >
          {({ deliveries }) =>
            deliveries.length === 0 ? (
              <EmptyState icon={<Inbox />} title={view === "all" ? "Nothing came yet" : "None of these"}>
                {view === "refused"
                  ? "What is not signed with an endpoint’s secret is refused and would stand here."
                  : "Open “How to set it up” of an endpoint: the last line there sends a first delivery."}
              </EmptyState>
            ) : (
              <Table
                label="Deliveries"
                columns={columns}
                rows={deliveries}
                rowKey={({ id }) => id}
                selected={selected}
                onSelect={setSelected}
                onOpen={show}
              />
            )
          }
        </Loaded>
      </Section>
      {open === null ? null : <DeliveryDialog deliveryId={open} onClose={() => void setOpen(null)} />}
    </>
  );
}

const columns: readonly Column<Delivery>[] = [
  {
    id: "status",
    title: "State",
    cell: ({ status }) => <Badge tone={deliveryWords[status].tone}>{deliveryWords[status].label}</Badge>,
  },
  {
    id: "event",
    title: "Event",
    cell: ({ event, action }) => (
      <span className="inline-block max-w-44 truncate align-bottom font-mono text-small">
        {action ? `${event}.${action}` : event}
      </span>
    ),
  },
  { id: "result", title: "Result", grow: true, cell: ({ result }) => <span title={result}>{result}</span> },
  {
    id: "received",
    title: "Came",
    wideOnly: true,
    cell: ({ receivedAt }) => (
      <span className="text-muted">
        <RelativeTime at={receivedAt} />
      </span>
    ),
  },
  {
    id: "actions",
    title: "Actions",
    hideTitle: true,
    align: "end",
    cell: (delivery) => <DeliveryActions delivery={delivery} />,
  },
];
