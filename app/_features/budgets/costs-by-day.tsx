"use client";

import dynamic from "next/dynamic";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { CostSummary } from "#server/budgets/schema.ts";
import { CostTable } from "./cost-table.tsx";
import { everyDay } from "./every-day.ts";

type Row = CostSummary["groups"][number]["rows"][number];

// The library of charts is large, and only this room has one.
const CostChart = dynamic(() => import("./cost-chart.tsx").then((module) => module.CostChart), {
  ssr: false,
  loading: () => <Skeleton className="h-48" />,
});

/** Each day's cost as a bar; the same as a table, which is what a screen reader is told. */
export function CostsByDay({ from, to, rows }: { from: string; to: string; rows: readonly Row[] }) {
  return (
    <>
      <div aria-hidden="true">
        <CostChart days={everyDay(from, to, rows)} />
      </div>
      <details className="mt-2">
        <summary className="w-fit cursor-pointer rounded-sm text-small text-muted hover:text-ink">As a table</summary>
        <div className="mt-2">
          <CostTable
            title="By day"
            noun="Day"
            rows={rows.toReversed()}
            total={rows.reduce((sum, { costMicros }) => sum + costMicros, 0)}
          />
        </div>
      </details>
    </>
  );
}
