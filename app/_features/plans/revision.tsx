"use client";

import { Check, RotateCcw, Undo2 } from "lucide-react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import type { PlanDetail } from "#server/plans/schema.ts";
import { PlanEditor } from "./plan-editor.tsx";

type RevisionProps = { plan: PlanDetail; revision: NonNullable<PlanDetail["revision"]> };

/** A draft that changes a plan while it runs: what it changes, word for word, and the draft itself to edit. */
export function Revision({ plan, revision: { differences, fixed } }: RevisionProps) {
  const trpc = useTRPC();
  const { can } = useMe();
  const { id: planId, latestVersion: version } = plan;
  const approve = useChange(trpc.plans.approve.mutationOptions(), {
    done: () => "The plan is changed",
    refused: "The plan was not changed",
  });
  const again = useChange(trpc.plans.revise.mutationOptions(), { refused: "The draft was not begun anew" });
  const discard = useChange(trpc.plans.discardRevision.mutationOptions(), {
    done: () => "The plan goes on as it was approved",
    refused: "The draft is still there",
  });
  const canApprove = can("plans:approve") && differences.length > 0;
  const go = () => void approve.apply({ planId, version });
  const giveUp = () => void discard.apply({ planId });
  useActions([
    {
      ...{ id: "plan.approve-revision", title: "Approve the changes of the plan", group: "Plans", icon: <Check /> },
      ...{ when: () => canApprove, run: go },
    },
    {
      ...{ id: "plan.discard-revision", title: "Give up the changes of the plan", group: "Plans", icon: <Undo2 /> },
      ...{ when: () => can("task:manage"), run: giveUp },
    },
  ]);
  return (
    <section aria-label="Changes of the plan" className="flex shrink-0 flex-col border-b">
      <div className="flex flex-wrap items-start gap-2 px-3 py-2">
        <div className="min-w-0 grow basis-64 text-app">
          <h2 className="font-medium">{summaryOf(differences)}</h2>
          <p className="text-small text-muted">
            Version {version} is a draft. What was begun stays; nothing changes before it is approved.
          </p>
          <Differences differences={differences} />
        </div>
        <div className="flex flex-wrap gap-2">
          {can("task:manage") ? (
            <>
              <Button
                size="sm"
                variant="ghost"
                icon={<Undo2 className="size-3.5" />}
                loading={discard.isPending}
                onClick={giveUp}
              >
                Discard
              </Button>
              <Button
                size="sm"
                variant="ghost"
                icon={<RotateCcw className="size-3.5" />}
                loading={again.isPending}
                onClick={() => void again.apply({ planId })}
              >
                Start over
              </Button>
            </>
          ) : null}
          {canApprove ? (
            <Button
              size="sm"
              variant="primary"
              icon={<Check className="size-3.5" />}
              loading={approve.isPending}
              onClick={go}
            >
              Approve the changes
            </Button>
          ) : null}
        </div>
      </div>
      {plan.draft ? <PlanEditor plan={plan} draft={plan.draft} fixed={fixed} /> : null}
    </section>
  );
}

type Difference = RevisionProps["revision"]["differences"][number];

function summaryOf(differences: readonly Difference[]): string {
  if (differences.length === 0) return "Change the tasks that wait, add some, or take some away";
  const words = { added: "added", changed: "changed", removed: "taken away" } as const;
  return (["added", "changed", "removed"] as const)
    .map((change) => ({ change, count: differences.filter((one) => one.change === change).length }))
    .filter(({ count }) => count > 0)
    .map(
      ({ change, count }, place) => `${count}${place === 0 ? (count === 1 ? " task" : " tasks") : ""} ${words[change]}`,
    )
    .join(", ");
}

function Differences({ differences }: { differences: readonly Difference[] }) {
  return (
    <ul className="flex flex-col pt-1 empty:hidden">
      {differences.map(({ key, title, change, fields }) => (
        <li key={key} className="min-w-0 break-words">
          <span className="text-muted">{change === "removed" ? "taken away" : change}:</span> {title}
          {fields.length > 0 ? (
            <span className="text-muted"> ({fields.map(({ field }) => fieldWords[field] ?? field).join(", ")})</span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

const fieldWords: Record<string, string> = {
  acceptanceCriteria: "criteria",
  dependsOn: "what it waits for",
  estimateMinutes: "minutes",
  estimateTokens: "tokens",
  estimateCostMicros: "cost",
  modelTier: "model",
  allowedTools: "tools",
};
