"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import type { PlanDetail } from "#server/plans/schema.ts";

/** Which sentence of what was wanted is met by which task, and what the newest version says differently. */
export function Coverage({ plan }: { plan: PlanDetail }) {
  return (
    <div className="grid gap-4 border-t p-3 lg:grid-cols-2">
      <section aria-label="Coverage">
        <h2 className="pb-1 text-app font-medium">
          What was wanted{plan.uncovered.length > 0 ? `: ${plan.uncovered.length} not met yet` : ""}
        </h2>
        <ul className="flex flex-col gap-1.5">
          {plan.coverage.map(({ number, sentence, by }) => (
            <li key={number} className="flex items-start gap-1.5 text-app">
              {by.length > 0 ? (
                <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-success" />
              ) : (
                <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warning" />
              )}
              <span>
                {sentence}{" "}
                <span className="text-muted">
                  {by.length === 0
                    ? "No task meets this."
                    : by.length > 3
                      ? `${by.length} tasks`
                      : by.map(({ title }) => title).join(" · ")}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </section>
      {plan.latestVersion > 1 ? <Versions plan={plan} /> : null}
    </div>
  );
}

function Versions({ plan: { id: planId, latestVersion } }: { plan: PlanDetail }) {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.plans.compare.queryOptions({ planId, olderVersion: latestVersion - 1, newerVersion: latestVersion }),
  );
  return (
    <section aria-label="Versions">
      <h2 className="pb-1 text-app font-medium">
        Version {latestVersion} against {latestVersion - 1}
      </h2>
      <ul className="flex flex-col gap-1 text-app">
        {(data?.differences ?? []).map(({ key, title, change, fields }) => (
          <li key={key}>
            <span className="text-muted">
              {change === "changed" ? `${fields.map(({ field }) => field).join(", ")}:` : `${change}:`}
            </span>{" "}
            {title}
          </li>
        ))}
      </ul>
    </section>
  );
}
