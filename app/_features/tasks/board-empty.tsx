"use client";

import { Plus, SquareKanban } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { TrySample } from "#app/_features/samples/try-sample.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Spinner } from "#app/_ui/spinner.tsx";
import { useWork } from "./work-context.tsx";

/** A board without a task: what belongs here, and the ways to the first. */
export function BoardEmpty({ onCreate }: { onCreate: () => void }) {
  const { orgSlug, canWork, canTrySample } = useWork();
  if (useSearchParams().get("sample") === "starting") {
    return (
      <EmptyState icon={<Spinner immediate />} title="The sample is being prepared">
        A small repository, nine tasks, three engineers and a reviewer. Within seconds cards appear here and move by
        themselves.
      </EmptyState>
    );
  }
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
