"use client";

import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";

type Failed = { key: string; number: number; title: string };

/** The tasks of a plan that failed: all of them are chosen until somebody leaves one out, and tried again together. */
export function RetryTasks({ planId, failed }: { planId: string; failed: readonly Failed[] }) {
  const { can } = useMe();
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const retry = useChange(useTRPC().plans.retryTasks.mutationOptions(), {
    done: ({ changed }) => `${changed.length} tried again`,
    refused: "Nothing was tried again",
  });
  if (failed.length === 0 || !can("task:manage")) return null;
  const chosen = failed.filter(({ key }) => !leftOut.has(key));
  const choose = (key: string, isChosen: boolean) =>
    setLeftOut((before) => (isChosen ? new Set([...before].filter((one) => one !== key)) : new Set([...before, key])));
  return (
    <section aria-label="Failed tasks" className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-3 py-2">
      <p className="text-app font-medium">{failed.length === 1 ? "1 task failed" : `${failed.length} tasks failed`}</p>
      {failed.map(({ key, number, title }) => (
        <Checkbox
          key={key}
          label={`#${number} ${title}`}
          checked={!leftOut.has(key)}
          onCheckedChange={(isChosen) => choose(key, isChosen)}
        />
      ))}
      <Button
        size="sm"
        icon={<RotateCcw className="size-3.5" />}
        disabled={chosen.length === 0}
        loading={retry.isPending}
        onClick={() => void retry.apply({ planId, keys: chosen.map(({ key }) => key) })}
      >
        {chosen.length === 0 || chosen.length === failed.length ? "Try again" : `Try ${chosen.length} again`}
      </Button>
    </section>
  );
}
