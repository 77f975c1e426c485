"use client";

import { useState } from "react";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { focusNow } from "./focus-now.ts";
import { useTaskEdit } from "./use-task-edit.ts";
import { useWork } from "./work-context.tsx";

/** The title, changed where it stands: press it, Enter saves, Escape leaves it as it was. */
export function TaskTitle({ task, level }: { task: TaskDetail; level: "h1" | "h2" }) {
  const { canWork } = useWork();
  const [editing, setEditing] = useState(false);
  const edit = useTaskEdit(task);
  const Heading = level;
  const save = (title: string) => {
    setEditing(false);
    if (title.trim() && title.trim() !== task.title) void edit({ title: title.trim() });
  };
  if (editing) {
    return (
      <textarea
        ref={focusNow}
        aria-label="Title"
        defaultValue={task.title}
        maxLength={500}
        rows={1}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={(event) => save(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === "Escape") setEditing(false);
          else save(event.currentTarget.value);
        }}
        className="field-sizing-content -mx-1.5 w-[calc(100%+12px)] resize-none rounded-md border border-focus bg-surface px-1.5 py-0.5 text-display font-semibold outline-none"
      />
    );
  }
  return (
    <Heading className="text-display font-semibold text-balance break-words">
      {canWork ? (
        <button
          type="button"
          title="Press to edit"
          onClick={() => setEditing(true)}
          className="-mx-1.5 w-[calc(100%+12px)] rounded-md border border-transparent px-1.5 py-0.5 text-left hover:bg-hover"
        >
          {task.title}
        </button>
      ) : (
        task.title
      )}
    </Heading>
  );
}
