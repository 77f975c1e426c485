"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { money } from "#app/_ui/format.ts";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { doneBy, priceTag, span } from "./plan-words.ts";

/** When it is done and what it costs, in one line; what more or fewer agents change, below it. */
export function ForecastStrip({ planId, version }: { planId: string; version: string }) {
  const trpc = useTRPC();
  const { data, dataUpdatedAt } = useQuery({
    ...trpc.forecasts.plan.queryOptions({ planId }),
    // Read again when the plan changed: the edit itself is the reason to look.
    meta: { version },
  });
  if (!data) return <Skeleton className="h-5 w-72" />;
  const { agents, learnedFrom, whatIf, withinCap, capMicros, minutes } = data;
  return (
    <div className="flex flex-col gap-0.5 text-app" data-forecast>
      <p suppressHydrationWarning>
        <span className="font-medium">{doneBy(data, dataUpdatedAt)}</span>, {priceTag(data)}
        <span className="text-muted">
          {" "}
          with {agents} {agents === 1 ? "agent" : "agents"} ({span(minutes.low)}–{span(minutes.high)})
          {capMicros === null ? "" : `, cap ${money(capMicros)}`}
          {withinCap === null ? "" : `, ${Math.round(withinCap * 100)} % likely within it`}
        </span>
      </p>
      <p className="text-small text-muted">
        {learnedFrom < 5
          ? `Mostly a guess: ${learnedFrom === 0 ? "no task" : `${learnedFrom} ${learnedFrom === 1 ? "task" : "tasks"}`} of this team is finished yet.`
          : `Learned from ${learnedFrom} finished tasks; nine of ten times it lies inside.`}{" "}
        {whatIf
          .map((one) => `${one.agents} ${one.agents === 1 ? "agent" : "agents"}: about ${span(one.minutes.likely)}`)
          .join(" · ")}
      </p>
    </div>
  );
}
