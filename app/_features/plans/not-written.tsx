"use client";

import { PenLine, Sparkles } from "lucide-react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";

/** A goal of which there is no plan yet, because nobody asked for one or its writing failed: the two ways to it. */
export function NotWritten({ planId }: { planId: string }) {
  const { can } = useMe();
  const write = useChange(useTRPC().plans.write.mutationOptions(), { refused: "The plan is not being written" });
  const actions = (
    <div className="flex flex-wrap justify-center gap-2">
      <Button
        variant="primary"
        icon={<Sparkles className="size-4" />}
        loading={write.isPending}
        onClick={() => void write.apply({ planId })}
      >
        Write it with a model
      </Button>
      <Button disabled={write.isPending} onClick={() => void write.apply({ planId, template: "fitting" })}>
        Use the template that fits
      </Button>
    </div>
  );
  return (
    <EmptyState icon={<PenLine />} title="No plan is written yet" action={can("task:manage") ? actions : null}>
      The goal stands; the tasks that lead to it do not. Nothing starts before you have read and approved them.
    </EmptyState>
  );
}
