"use client";

import { useQuery } from "@tanstack/react-query";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Progress } from "#app/_ui/progress.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { AssembledContext } from "#server/task-contexts/schema.ts";
import { ContextNote } from "./context-note.tsx";
import { DroppedSections, SeenSections } from "./context-sections.tsx";
import { TaskLearnings } from "./task-learnings.tsx";

type SeenContextProps = { teamId: string; number: number; canChange: boolean };

/** What whoever takes the task will be told: each part with its reason and its size, and what people may change of it. */
export function SeenContext({ teamId, number, canChange }: SeenContextProps) {
  const trpc = useTRPC();
  const task = String(number);
  const query = useQuery(trpc.tasks.previewContext.queryOptions({ task }));
  const adjust = useChange(trpc.tasks.adjustContext.mutationOptions(), { refused: "The context was not changed" });
  return (
    <Loaded query={query} what="The context" skeleton={<SkeletonRows count={5} label="Loading the context" />}>
      {(seen) => {
        const change = ({ note = seen.note, leftOut = seen.leftOut }) => adjust.apply({ task, note, leftOut });
        return (
          <div className="flex flex-col gap-6">
            <Size seen={seen} />
            <SeenSections
              sections={seen.sections}
              onLeaveOut={canChange ? (key) => void change({ leftOut: [...seen.leftOut, key] }) : undefined}
            />
            <DroppedSections
              dropped={seen.dropped}
              leftOut={seen.leftOut}
              onPutBack={
                canChange ? (key) => void change({ leftOut: seen.leftOut.filter((each) => each !== key) }) : undefined
              }
            />
            {canChange ? <ContextNote key={seen.note} note={seen.note} onSave={(note) => change({ note })} /> : null}
            <TaskLearnings teamId={teamId} task={task} canChange={canChange} />
          </div>
        );
      }}
    </Loaded>
  );
}

function Size({ seen: { tokens, budgetTokens } }: { seen: AssembledContext }) {
  return (
    <Progress
      label="What an agent will see of this task"
      value={Math.min(100, (tokens / budgetTokens) * 100)}
      detail={`about ${tokens.toLocaleString("en")} of ${budgetTokens.toLocaleString("en")} tokens`}
    />
  );
}
