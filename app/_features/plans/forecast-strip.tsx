"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { money } from "#app/_ui/format.ts";
import { Input } from "#app/_ui/input.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { microsOf } from "./dollars.ts";
import { doneBy, priceTag, span } from "./plan-words.ts";

/** When it is done and what it costs, in one line; what other numbers of agents and another budget change, below it. */
export function ForecastStrip({ planId, version }: { planId: string; version: string }) {
  const trpc = useTRPC();
  const [agentsAsked, setAgentsAsked] = useState("");
  const [budgetAsked, setBudgetAsked] = useState("");
  const asked = {
    ...(agentsAsked === "" ? {} : { agents: bounded(Number(agentsAsked), 1, 100) }),
    ...(budgetAsked === "" ? {} : { budgetMicros: bounded(microsOf(budgetAsked) ?? 0, 0, 1e12) }),
  };
  const { data, dataUpdatedAt } = useQuery({
    ...trpc.forecasts.plan.queryOptions({ planId, ...asked }),
    placeholderData: keepPreviousData,
    // Read again when the plan changed: the edit itself is the reason to look.
    meta: { version },
  });
  if (!data) return <Skeleton className="h-5 w-72" />;
  const { agents, learnedFrom, whatIf, budgets, withinCap, capMicros, costMicros, minutes } = data;
  return (
    <div className="flex flex-col gap-0.5 text-app" data-forecast>
      <p className="first-letter:uppercase" suppressHydrationWarning>
        <span className="font-medium">{doneBy(data, dataUpdatedAt)}</span>, {priceTag(data)}
        <span className="text-muted">
          {" "}
          with {agents} {agents === 1 ? "agent" : "agents"} ({span(minutes.low)}–{span(minutes.high)})
          {capMicros === null ? "" : `, cap ${money(capMicros)}`}
          {withinCap === null || costMicros.high === 0 ? "" : `, ${Math.round(withinCap * 100)} % likely within it`}
        </span>
      </p>
      <p className="text-small text-muted">
        {learnedFrom < 5
          ? `Mostly a guess: ${learnedFrom === 0 ? "no task" : learnedFrom === 1 ? "only 1 task" : `only ${learnedFrom} tasks`} of this team ${learnedFrom > 1 ? "are" : "is"} finished yet.`
          : `Learned from ${learnedFrom} finished tasks; nine of ten times it lies inside.`}
      </p>
      <details className="text-small text-muted">
        <summary className="w-fit cursor-pointer rounded-sm hover:text-ink">What if</summary>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1">
          <span className="flex items-center gap-1.5">
            <span className="w-16">
              <Input
                type="number"
                min="1"
                max="100"
                aria-label="What if so many agents worked"
                placeholder={`${agents}`}
                value={agentsAsked}
                onChange={(event) => setAgentsAsked(event.target.value)}
              />
            </span>
            agents
          </span>
          <span className="flex items-center gap-1.5">
            at most $
            <span className="w-24">
              <Input
                type="number"
                min="0"
                step="0.01"
                inputMode="decimal"
                aria-label="What if it might cost so many dollars"
                placeholder={capMicros === null ? "no cap" : `${capMicros / 1_000_000}`}
                value={budgetAsked}
                onChange={(event) => setBudgetAsked(event.target.value)}
              />
            </span>
          </span>
          <span>
            {whatIf
              .map((one) => `${one.agents} ${one.agents === 1 ? "agent" : "agents"}: about ${span(one.minutes.likely)}`)
              .join(" · ")}
          </span>
          {budgets.length > 0 ? (
            <span>
              {budgets.map((one) => `${money(one.capMicros)}: ${Math.round(one.withinCap * 100)} %`).join(" · ")} enough
            </span>
          ) : null}
        </div>
      </details>
    </div>
  );
}

const bounded = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, Number.isFinite(value) ? Math.round(value) : low));
