"use client";

import { X } from "lucide-react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { Merge } from "./merge-type.ts";

/** Takes a task out of the queue, after saying where it goes. */
export function CancelMerge({ merge: { task, status } }: { merge: Merge }) {
  const cancel = useChange(useTRPC().merges.cancel.mutationOptions(), {
    done: () => `#${task.number} is out of the merge queue`,
    refused: "The merge was not cancelled",
  });
  return (
    <ConfirmDialog
      title={`Cancel the merge of #${task.number}?`}
      verb="Cancel merge"
      danger
      trigger={<IconButton label={`Cancel the merge of #${task.number}`} icon={<X />} size="sm" />}
      onConfirm={() => cancel.send({ task: task.id })}
    >
      {status === "testing" ? "Its gate is stopped. " : ""}The task goes back to whoever worked on it; its branch stays
      as it is and can be merged later.
    </ConfirmDialog>
  );
}
