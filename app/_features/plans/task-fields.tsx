"use client";

import { X } from "lucide-react";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { typeLabel } from "#app/_features/tasks/task-type.ts";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { complexities, type Complexity, type TaskType, taskTypes } from "#db/enums.ts";
import type { PlanTask } from "#server/plans/document.ts";

type TaskFieldsProps = {
  task: PlanTask;
  others: readonly PlanTask[];
  canEdit: boolean;
  onClose: () => void;
  onSave: (changes: Partial<Omit<PlanTask, "key" | "dependsOn">>) => Promise<boolean>;
  onConnect: (from: string) => void;
  onDisconnect: (from: string) => void;
  remove: ReactNode;
};

/** One task of a draft with everything it carries, and what it waits for: the way to edit without a mouse. */
export function TaskFields({
  task,
  others,
  canEdit,
  onClose,
  onSave,
  onConnect,
  onDisconnect,
  remove,
}: TaskFieldsProps) {
  const [type, setType] = useState<TaskType>(task.type);
  const [complexity, setComplexity] = useState<Complexity>(task.complexity);
  const titles = new Map(others.map(({ key, title }) => [key, title]));
  const free = others.filter(({ key }) => key !== task.key && !task.dependsOn.includes(key));
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const lines = (name: string) =>
      text(name)
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
    await onSave({
      ...{ title: text("title"), description: text("description"), type, complexity },
      ...{ acceptanceCriteria: lines("criteria"), touches: lines("touches") },
      estimateMinutes: text("minutes") ? Number(text("minutes")) : null,
    });
  };
  return (
    <aside aria-label={`Task ${task.title}`} className="w-full shrink-0 overflow-y-auto border-l lg:w-80">
      <form onSubmit={submit} className="flex flex-col gap-3 p-3">
        <div className="flex items-center justify-between">
          <h2 className="text-read font-semibold">Task</h2>
          <IconButton label="Close" icon={<X />} onClick={onClose} />
        </div>
        <Field label="Title" name="title">
          <Input name="title" required maxLength={500} defaultValue={task.title} disabled={!canEdit} />
        </Field>
        <div className="grid grid-cols-2 gap-2">
          <Select
            label="Type"
            value={type}
            onValueChange={setType}
            disabled={!canEdit}
            options={taskTypes.map((value) => ({ value, label: typeLabel[value] }))}
          />
          <Select
            label="Complexity"
            value={complexity}
            onValueChange={setComplexity}
            disabled={!canEdit}
            options={complexities.map((value) => ({ value, label: value[0]?.toUpperCase() + value.slice(1) }))}
          />
        </div>
        <Field label="Minutes it takes" name="minutes" hint="Empty: as long as its like took.">
          <Input
            name="minutes"
            type="number"
            min={1}
            max={100_000}
            defaultValue={task.estimateMinutes ?? ""}
            disabled={!canEdit}
          />
        </Field>
        <Field label="Description" name="description">
          <Textarea name="description" maxLength={50_000} defaultValue={task.description} disabled={!canEdit} />
        </Field>
        <Field label="Done when" name="criteria" hint="One a line.">
          <Textarea name="criteria" defaultValue={task.acceptanceCriteria.join("\n")} disabled={!canEdit} />
        </Field>
        <Field label="Touches" name="touches" hint="Files and folders, one a line." optional>
          <Textarea name="touches" mono defaultValue={task.touches.join("\n")} disabled={!canEdit} />
        </Field>
        {canEdit ? (
          <div className="flex items-center justify-between gap-2">
            <Button type="submit" size="sm" variant="primary">
              Save
            </Button>
            {remove}
          </div>
        ) : null}
      </form>
      <div className="flex flex-col gap-1.5 border-t p-3">
        <h3 className="text-app font-medium">Waits for</h3>
        {task.dependsOn.length === 0 ? <p className="text-app text-muted">Nothing: it can start at once.</p> : null}
        <ul className="flex flex-col gap-1">
          {task.dependsOn.map((key) => (
            <li key={key} className="flex items-center gap-1.5 text-app">
              <span className="min-w-0 grow truncate" title={titles.get(key)}>
                {titles.get(key) ?? key}
              </span>
              {canEdit ? (
                <IconButton
                  label={`No longer wait for ${titles.get(key) ?? key}`}
                  icon={<X />}
                  onClick={() => onDisconnect(key)}
                />
              ) : null}
            </li>
          ))}
        </ul>
        {canEdit && free.length > 0 ? (
          <Select
            label="Let it wait for another task"
            placeholder="Wait for…"
            value={null}
            onValueChange={onConnect}
            options={free.map(({ key, title }) => ({ value: key, label: title }))}
          />
        ) : null}
      </div>
    </aside>
  );
}
