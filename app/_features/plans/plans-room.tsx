"use client";

import { useQuery } from "@tanstack/react-query";
import { Target, Upload } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { roomHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { money } from "#app/_ui/format.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Plan } from "#server/plans/schema.ts";
import { ImportPlanDialog } from "./import-plan-dialog.tsx";
import { NewGoal } from "./new-goal.tsx";

/** The plans of a team, and the box in which the next one begins. */
export function PlansRoom({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const router = useRouter();
  const trpc = useTRPC();
  const { can } = useMe();
  const [importing, setImporting] = useState(false);
  const [selected, setSelected] = useState<string | null>(null);
  const query = useQuery(trpc.plans.list.queryOptions({ teamId }));
  const repos = useQuery(trpc.repos.list.queryOptions({ teamId, archived: false }));
  const plans = query.data?.plans ?? [];
  const hrefOf = (id: string) => `${roomHref(orgSlug, teamId, "plans")}/${id}`;
  const open = (id: string) => router.push(hrefOf(id));
  useListActions({ noun: "plan", keys: plans.map(({ id }) => id), selected, onSelect: setSelected, onOpen: open });
  return (
    <>
      <RoomHead title="Plans">
        {can("task:manage") ? (
          <Button size="sm" icon={<Upload className="size-3.5" />} onClick={() => setImporting(true)}>
            Import
          </Button>
        ) : null}
      </RoomHead>
      {importing ? (
        <ImportPlanDialog
          teamId={teamId}
          plansHref={roomHref(orgSlug, teamId, "plans")}
          onClose={() => setImporting(false)}
        />
      ) : null}
      {can("task:manage") ? (
        <NewGoal
          orgSlug={orgSlug}
          teamId={teamId}
          repos={repos.data?.repos ?? []}
          canTrySample={can("agents:manage")}
        />
      ) : null}
      <Loaded query={query} what="The plans" skeleton={<SkeletonRows count={4} label="Loading the plans" />}>
        {() =>
          plans.length === 0 ? (
            <EmptyState icon={<Target />} title="No plan yet">
              Say above what you want. You get a graph of tasks with what it takes, change what you like, and approve
              it: then the agents of the team begin.
            </EmptyState>
          ) : (
            <Table
              label="Plans"
              columns={columns(hrefOf)}
              rows={plans}
              rowKey={({ id }) => id}
              selected={selected}
              onSelect={setSelected}
              onOpen={open}
            />
          )
        }
      </Loaded>
    </>
  );
}

function columns(hrefOf: (id: string) => string): readonly Column<Plan>[] {
  return [
    { id: "number", title: "Plan", wideOnly: true, cell: ({ number }) => <span className="text-muted">{number}</span> },
    {
      id: "title",
      title: "Goal",
      grow: true,
      cell: ({ id, title }) => (
        <Link href={hrefOf(id)} className="rounded-sm font-medium hover:underline">
          {title}
        </Link>
      ),
    },
    { id: "status", title: "Status", cell: ({ status }) => <StatusBadge plain of="plan" status={status} /> },
    {
      id: "tasks",
      title: "Done",
      align: "end",
      cell: ({ tasks, done }) =>
        tasks > 0 ? (
          <span className="whitespace-nowrap tabular-nums">
            {done} of {tasks}
          </span>
        ) : (
          <span className="text-faint">–</span>
        ),
    },
    { id: "cost", title: "Cost", align: "end", wideOnly: true, cell: ({ costMicros }) => money(costMicros) },
  ];
}
