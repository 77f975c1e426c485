"use client";

import clsx from "clsx";
import { Pencil } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { focusNow } from "./focus-now.ts";
import { Markdown } from "./lazy.ts";
import { OutsideNotice } from "./task-origin.tsx";
import { useTaskEdit } from "./use-task-edit.ts";
import { useWork } from "./work-context.tsx";

/** What is to be done, in Markdown, edited where it stands. ⌘↵ saves; what was written stays when saving fails. */
export function TaskDescription({ task }: { task: TaskDetail }) {
  const { canWork } = useWork();
  const [draft, setDraft] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const edit = useTaskEdit(task);
  const close = () => {
    setDraft(null);
    setFailure(null);
    setTimeout(() => opener.current?.focus());
  };
  const save = async () => {
    if (draft === null || saving) return;
    setSaving(true);
    const refusal = draft === task.description ? null : await edit({ description: draft }, true);
    setSaving(false);
    if (refusal === null) close();
    else setFailure(refusal);
  };
  if (draft !== null) {
    return (
      <section aria-label="Description" className="flex flex-col gap-2">
        <Textarea
          ref={focusNow}
          aria-label="Description, in Markdown"
          value={draft}
          maxLength={50_000}
          rows={8}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.preventDefault();
              event.stopPropagation();
              close();
            }
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void save();
          }}
        />
        {failure ? (
          <p role="alert" className="text-app text-danger">
            {failure}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button size="sm" variant="ghost" onClick={close}>
            Cancel
          </Button>
          <Button size="sm" variant="primary" keys="mod+enter" loading={saving} onClick={() => void save()}>
            Save
          </Button>
        </div>
      </section>
    );
  }
  const author = task.createdBy.kind === "agent" ? task.createdBy.name : undefined;
  return (
    <section aria-label="Description" className={clsx("flex flex-col gap-3", canWork && "relative pr-10")}>
      {task.tainted ? <OutsideNotice origin={task.origin} /> : null}
      {task.description ? (
        <Markdown text={task.description} agent={author} />
      ) : (
        <p className="text-read text-muted">
          {canWork ? "No description yet. Say what is done when it is done." : "No description."}
        </p>
      )}
      {canWork ? (
        <div className="absolute -top-1 right-0 rounded-md bg-surface">
          <IconButton
            ref={opener}
            size="sm"
            label="Edit the description"
            icon={<Pencil />}
            onClick={() => setDraft(task.description)}
          />
        </div>
      ) : null}
    </section>
  );
}
