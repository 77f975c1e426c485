"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { reasonOfFailure } from "./reason-of-failure.ts";

/** Why a task failed, as whoever gave it up said it last. */
export function FailedWhy({ task: { number, status } }: { task: TaskDetail }) {
  const events = useQuery(
    useTRPC().tasks.events.queryOptions(status === "failed" ? { task: String(number), limit: 100 } : skipToken),
  );
  const why = events.data && reasonOfFailure(events.data.events);
  if (status !== "failed" || !why) return null;
  return (
    <Banner inset tone="danger" title="It failed.">
      <span className="break-words whitespace-pre-wrap">{why}</span>
    </Banner>
  );
}
