"use client";

import { useQuery } from "@tanstack/react-query";
import { Pause, Play, X } from "lucide-react";
import Link from "next/link";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { PlanCrew } from "#app/_features/samples/plan-crew.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import type { PlanDetail } from "#server/plans/schema.ts";
import { Coverage } from "./coverage.tsx";
import { ForecastStrip } from "./forecast-strip.tsx";
import { NotWritten } from "./not-written.tsx";
import { PlanMenu } from "./plan-menu.tsx";
import { PlanEditor } from "./plan-editor.tsx";
import { PlanRun } from "./plan-run.tsx";
import { Revision } from "./revision.tsx";

/** One plan: before the approval its draft to edit, after it how it goes. */
export function PlanPage({ orgSlug, teamId, planId }: { orgSlug: string; teamId: string; planId: string }) {
  const query = useQuery(useTRPC().plans.get.queryOptions({ planId }));
  return (
    <Loaded query={query} what="The plan" skeleton={<SkeletonRows count={8} label="Loading the plan" />}>
      {({ plan }) => (
        <div className="flex h-full min-h-0 flex-col overflow-y-auto">
          <header className="flex flex-wrap items-start gap-x-3 gap-y-2 border-b px-3 py-2">
            <div className="flex min-w-0 grow basis-0 flex-col gap-1">
              <h1 className="flex flex-wrap items-center gap-x-2 gap-y-1 text-read font-semibold">
                <Link href={roomHref(orgSlug, teamId, "plans")} className="font-normal text-muted hover:underline">
                  Plan {plan.number}
                </Link>
                <span className="line-clamp-2 min-w-0 break-words">{plan.title}</span>
                <StatusBadge of="plan" status={plan.status} />
              </h1>
              {plan.latestVersion > 0 && isUnderWay(plan) ? (
                <ForecastStrip planId={planId} version={plan.updatedAt} />
              ) : null}
            </div>
            <PlanButtons plan={plan} />
            <PlanMenu plan={plan} plansHref={roomHref(orgSlug, teamId, "plans")} />
          </header>
          {plan.reason && plan.status === "failed" ? (
            <Banner tone="danger" title="The plan stands still.">
              {plan.reason}
            </Banner>
          ) : null}
          {plan.reason && plan.status !== "failed" ? <Banner tone="info" title={plan.reason} /> : null}
          {plan.writing?.error && plan.status === "draft" ? <Banner tone="danger" title={plan.writing.error} /> : null}
          {plan.approvedVersion === null ? null : <PlanCrew planId={planId} status={plan.status} />}
          {plan.status === "planning" ? (
            <p role="status" className="p-3 text-app text-muted">
              {plan.writing?.progress ?? "It is being written"}…
            </p>
          ) : null}
          {plan.revision ? <Revision plan={plan} revision={plan.revision} /> : null}
          {plan.approvedVersion !== null ? (
            <PlanRun orgSlug={orgSlug} planId={planId} canRetry={canRetry(plan)} />
          ) : plan.draft ? (
            <PlanEditor plan={plan} draft={plan.draft} />
          ) : plan.status === "draft" ? (
            <NotWritten planId={planId} />
          ) : null}
          {plan.approvedVersion === null ? <Coverage plan={plan} /> : null}
        </div>
      )}
    </Loaded>
  );
}

const canRetry = ({ status }: PlanDetail): boolean =>
  status === "executing" || status === "failed" || status === "paused";

/** What stands still is over at no time that anybody could say. */
const isUnderWay = ({ status }: PlanDetail): boolean =>
  status !== "completed" && status !== "cancelled" && status !== "failed";

/** What can be done with the whole plan now. */
function PlanButtons({ plan: { id: planId, status } }: { plan: PlanDetail }) {
  const trpc = useTRPC();
  const { can } = useMe();
  const pause = useChange(trpc.plans.pause.mutationOptions(), {
    done: () => "The plan is paused",
    refused: "The plan was not paused",
  });
  const resume = useChange(trpc.plans.resume.mutationOptions(), {
    done: () => "The plan goes on",
    refused: "The plan was not resumed",
  });
  const cancel = useChange(trpc.plans.cancel.mutationOptions(), {
    done: () => "The plan is cancelled",
    refused: "The plan was not cancelled",
  });
  const stop = useChange(trpc.plans.cancelWriting.mutationOptions(), { refused: "The writing was not stopped" });
  if (!can("task:manage")) return null;
  const isLive = status !== "completed" && status !== "cancelled";
  return (
    <div className="flex flex-wrap gap-2 empty:hidden max-sm:order-last max-sm:w-full">
      {status === "planning" ? (
        <Button size="sm" onClick={() => void stop.apply({ planId })}>
          Stop writing
        </Button>
      ) : null}
      {status === "executing" ? (
        <Button size="sm" icon={<Pause className="size-3.5" />} onClick={() => void pause.apply({ planId })}>
          Pause
        </Button>
      ) : null}
      {status === "paused" ? (
        <Button size="sm" icon={<Play className="size-3.5" />} onClick={() => void resume.apply({ planId })}>
          Resume
        </Button>
      ) : null}
      {isLive ? (
        <ConfirmDialog
          title="Cancel the plan?"
          verb="Cancel plan"
          danger
          trigger={
            <Button size="sm" variant="ghost" icon={<X className="size-3.5" />}>
              Cancel plan
            </Button>
          }
          onConfirm={() => cancel.send({ planId })}
        >
          Its tasks that are not done are cancelled. What is merged stays.
        </ConfirmDialog>
      ) : null}
    </div>
  );
}
