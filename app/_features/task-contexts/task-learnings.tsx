"use client";

import { useQuery } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Learning } from "#server/learnings/schema.ts";
import { EditLearningDialog } from "./edit-learning-dialog.tsx";
import { learningWords } from "./learning-words.ts";

type TaskLearningsProps = { teamId: string; task: string; canChange: boolean };

/** What was learned on the task, which those on later tasks are told; people put it right. */
export function TaskLearnings({ teamId, task, canChange }: TaskLearningsProps) {
  const { data } = useQuery(useTRPC().learnings.list.queryOptions({ teamId, task }));
  if (!data || data.learnings.length === 0) return null;
  return (
    <section aria-label="Learned on this task">
      <h2 className="text-app font-medium">Learned on this task</h2>
      <p className="pb-2 text-small text-muted">Those who work on later tasks are told what fits theirs.</p>
      <ul className="rounded-md border">
        {data.learnings.map((learning) => (
          <LearningRow key={learning.id} learning={learning} canChange={canChange} />
        ))}
      </ul>
    </section>
  );
}

function LearningRow({ learning, canChange }: { learning: Learning; canChange: boolean }) {
  const { id, kind, body, source, by, updatedAt } = learning;
  const [isEditing, setEditing] = useState(false);
  const remove = useChange(useTRPC().learnings.remove.mutationOptions(), {
    done: () => "It is not told any more",
    refused: "It was not removed",
  });
  return (
    <li className="flex items-start gap-2 border-b px-3 py-2 text-app last:border-b-0">
      <Badge tone={kind === "gotcha" ? "warning" : "neutral"}>{learningWords[kind].label}</Badge>
      <div className="min-w-0 grow">
        <p className="break-words">{body}</p>
        <p className="text-small text-muted">
          {source === "rules" || source === "model" ? "Taken from what happened" : `By ${by.name}`},{" "}
          <RelativeTime at={updatedAt} />
        </p>
      </div>
      {canChange ? (
        <>
          <IconButton label="Put it in other words" icon={<Pencil />} size="sm" onClick={() => setEditing(true)} />
          <ConfirmDialog
            title="Take it back?"
            verb="Take it back"
            danger
            trigger={<IconButton label="Take it back" icon={<Trash2 />} size="sm" />}
            onConfirm={() => remove.send({ learningId: id })}
          >
            Nobody is told it from now on. That it was learned stays on record.
          </ConfirmDialog>
        </>
      ) : null}
      {isEditing ? <EditLearningDialog learning={learning} onClose={() => setEditing(false)} /> : null}
    </li>
  );
}
