"use client";

import { Plus, SquareKanban } from "lucide-react";
import { TrySample } from "#app/_features/samples/try-sample.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { useWork } from "./work-context.tsx";

/** A board without a task: what belongs here, and the ways to the first. */
export function BoardEmpty({ onCreate }: { onCreate: () => void }) {
  const { orgSlug, canWork, canTrySample } = useWork();
  return (
    <EmptyState
      icon={<SquareKanban />}
      title="No tasks yet"
      action={
        <>
          {canWork ? (
            <Button variant="primary" icon={<Plus className="size-4" />} keys="c" onClick={onCreate}>
              Create a task
            </Button>
          ) : null}
          {canTrySample ? <TrySample orgSlug={orgSlug} /> : null}
        </>
      }
    >
      Tasks stand here by status and move by themselves while agents work. A task can start once everything it waits for
      is done.
    </EmptyState>
  );
}
