"use client";

import { Check, FlaskConical, Plus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useCallCrew, useCrew } from "#app/_features/samples/plan-crew.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { typeLabel } from "#app/_features/tasks/task-type.ts";
import { useGraphLayout } from "#app/_features/tasks/use-graph-layout.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useIsPhone } from "#app/_lib/use-is-phone.ts";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { PlanTask } from "#server/plans/document.ts";
import type { PlanDetail } from "#server/plans/schema.ts";
import { TaskFields } from "./task-fields.tsx";
import { span } from "./plan-words.ts";

const PlanCanvas = dynamic(() => import("./plan-canvas.tsx").then((module) => module.PlanCanvas), {
  ssr: false,
  loading: () => <Skeleton className="h-full w-full" />,
});

type Draft = NonNullable<PlanDetail["draft"]>;

/**
 * The draft of a plan: the list and the graph side by side, the chosen task's fields beside them. `fixed` is there where it
 * changes a plan that runs: keys of tasks that stay as they are.
 */
export function PlanEditor({ plan, draft, fixed }: { plan: PlanDetail; draft: Draft; fixed?: readonly string[] }) {
  const trpc = useTRPC();
  const { can } = useMe();
  const isPhone = useIsPhone();
  const [chosen, setChosen] = useState<string | null>(null);
  const { tasks } = draft.document;
  const canEdit = can("task:manage") && (plan.status === "awaiting_approval" || fixed !== undefined);
  const edit = useChange(trpc.plans.edit.mutationOptions(), { refused: "The plan was not changed" });
  const approve = useChange(trpc.plans.approve.mutationOptions(), {
    done: ({ tasks: made }) => `Approved: ${made.length} tasks are on the board`,
    refused: "The plan was not approved",
  });
  type Edit = Parameters<typeof edit.apply>[0]["edits"][number];
  const apply = (...edits: Edit[]) => edit.apply({ planId: plan.id, version: draft.version, edits });
  const add = () => void apply({ do: "add", task: { title: "New task", dependsOn: chosen ? [chosen] : [] } });
  const canApprove = can("plans:approve") && plan.status === "awaiting_approval";
  const go = () => void approve.apply({ planId: plan.id, version: draft.version });
  const crew = useCrew(plan.id);
  const callCrew = useCallCrew();
  const canCall = canApprove && can("agents:manage") && crew !== undefined && crew.refusal === null;
  // Where nobody else would begin, the press that shows something is the first.
  const isForCrew = canCall && (crew.isAlone || crew.writes === "recipes");
  const goWithCrew = () => void callCrew.apply({ planId: plan.id }).then((isCalled) => isCalled && go());
  useActions([
    { id: "plan.add", title: "Add a task", group: "Plans", keys: "c", icon: <Plus />, when: () => canEdit, run: add },
    { id: "plan.approve", title: "Approve the plan", group: "Plans", icon: <Check />, when: () => canApprove, run: go },
    {
      ...{ id: "plan.run-sample-crew", title: "Approve, run with the sample crew", group: "Plans" },
      ...{ icon: <FlaskConical />, when: () => canCall, run: goWithCrew },
    },
  ]);
  const edges = useMemo(
    () => tasks.flatMap(({ key, dependsOn }) => dependsOn.map((from) => ({ from, to: key }))),
    [tasks],
  );
  const layout = useGraphLayout(useMemo(() => ({ nodes: tasks.map(({ key }) => key), edges }), [tasks, edges]));
  const boxes = useMemo(
    () =>
      tasks.map(({ key, title, type, estimateMinutes }) => ({
        ...{ key, title, tone: fixed?.includes(key) ? ("done" as const) : ("plain" as const) },
        above: (
          <>
            {typeLabel[type]}
            {estimateMinutes === null ? "" : ` · ${span(estimateMinutes)}`}
          </>
        ),
      })),
    [tasks, fixed],
  );
  const task = tasks.find(({ key }) => key === chosen);
  const canEditTask = canEdit && task !== undefined && fixed?.includes(task.key) !== true;
  return (
    <div className="flex shrink-0 flex-col lg:min-h-96 lg:shrink lg:grow">
      <div className="flex flex-wrap items-center gap-2 border-b px-3 py-1.5">
        <p className="text-app text-muted">
          Version {draft.version}: {tasks.length} {tasks.length === 1 ? "task" : "tasks"}
        </p>
        <div className="flex flex-wrap items-center gap-2 md:ml-auto">
          {canEdit ? (
            <Button size="sm" icon={<Plus className="size-3.5" />} keys="c" onClick={add}>
              Add task
            </Button>
          ) : null}
          {canApprove ? (
            <Button
              size="sm"
              variant={isForCrew ? "secondary" : "primary"}
              icon={<Check className="size-3.5" />}
              loading={approve.isPending && !callCrew.isPending}
              onClick={go}
            >
              Approve
            </Button>
          ) : null}
          {canCall ? (
            <Button
              size="sm"
              variant={isForCrew ? "primary" : "ghost"}
              icon={<FlaskConical className="size-3.5" />}
              loading={callCrew.isPending}
              onClick={goWithCrew}
            >
              Approve, run with the sample crew
            </Button>
          ) : null}
        </div>
      </div>
      <div className="flex max-lg:flex-col lg:min-h-0 lg:grow">
        <div className="min-h-40 overflow-y-auto lg:w-2/5 lg:border-r">
          <Table
            label={fixed ? "Tasks of the draft" : "Tasks of the plan"}
            columns={columns}
            rows={tasks}
            rowKey={({ key }) => key}
            selected={chosen}
            onSelect={setChosen}
            onOpen={setChosen}
          />
        </div>
        {isPhone ? null : (
          <div role="region" aria-label={fixed ? "Graph of the draft" : "Graph of the plan"} className="min-h-80 grow">
            {layout ? (
              <PlanCanvas
                boxes={boxes}
                edges={edges}
                layout={layout}
                chosen={chosen}
                onChoose={setChosen}
                {...(canEdit
                  ? {
                      onConnect: (from: string, to: string) => void apply({ do: "connect", from, to }),
                      onDisconnect: (from: string, to: string) => void apply({ do: "disconnect", from, to }),
                    }
                  : {})}
              />
            ) : null}
          </div>
        )}
        {task ? (
          <TaskFields
            key={`${task.key} ${plan.updatedAt}`}
            task={task}
            others={tasks}
            canEdit={canEditTask}
            onClose={() => setChosen(null)}
            onSave={(changes) => apply({ do: "edit", key: task.key, changes })}
            onConnect={(from) => void apply({ do: "connect", from, to: task.key })}
            onDisconnect={(from) => void apply({ do: "disconnect", from, to: task.key })}
            remove={
              canEditTask ? (
                <Button
                  size="sm"
                  variant="ghost"
                  icon={<Trash2 className="size-3.5" />}
                  onClick={() => {
                    setChosen(null);
                    void apply({ do: "remove", key: task.key });
                  }}
                >
                  Remove
                </Button>
              ) : null
            }
          />
        ) : null}
      </div>
    </div>
  );
}

const columns: readonly Column<PlanTask>[] = [
  { id: "title", title: "Task", grow: true, cell: ({ title }) => title },
  {
    id: "type",
    title: "Type",
    wideOnly: true,
    cell: ({ type }) => <span className="text-muted">{typeLabel[type]}</span>,
  },
  {
    id: "minutes",
    title: "Takes",
    align: "end",
    cell: ({ estimateMinutes }) =>
      estimateMinutes === null ? <span className="text-faint">–</span> : span(estimateMinutes),
  },
];
