"use client";

import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useRef, useState } from "react";
import { useFormDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { PriorityIcon, priorityLabel } from "#app/_ui/status.tsx";
import { toast } from "#app/_ui/toast.ts";
import { priorities, taskTypes } from "#db/enums.ts";
import { useTaskCache } from "./task-cache.ts";
import { wordsOfError } from "./task-commands.ts";
import { type PickedTask, TaskPicker } from "./task-picker.tsx";
import { typeLabel } from "./task-type.ts";
import { words } from "./words.ts";
import { useWork } from "./work-context.tsx";

type CreateTaskDialogProps = { onClose: () => void; onCreated?: (number: number) => void };

/** A new task: only its title is needed. ⌘↵ creates it from anywhere in the form. */
export function CreateTaskDialog({ onClose, onCreated }: CreateTaskDialogProps) {
  const { team, people, repos } = useWork();
  const form = useRef<HTMLFormElement>(null);
  const cache = useTaskCache();
  const [waitsFor, setWaitsFor] = useState<PickedTask[]>([]);
  const draft = useFormDraft(`task|${team.id}`, ["title", "description", "tags"]);
  const [titleError, setTitleError] = useState<string>();
  const create = useMutation(useTRPC().tasks.create.mutationOptions());
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (create.isPending) return;
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value : "";
    };
    if (text("title").trim() === "") {
      setTitleError("Say in a few words what is to be done.");
      event.currentTarget.querySelector("input")?.focus();
      return;
    }
    const assignee = people.find(({ id }) => id === text("assignee"));
    create.mutate(
      {
        teamId: team.id,
        title: text("title"),
        description: text("description"),
        type: taskTypes.find((each) => each === text("type")),
        priority: priorities.find((each) => each === text("priority")),
        repoId: repos.find(({ id }) => id === text("repo"))?.id ?? null,
        assignee: assignee ? { kind: assignee.kind, id: assignee.id } : null,
        dependsOn: waitsFor.map(({ number }) => String(number)),
        tags: words(text("tags")),
      },
      {
        onSuccess: ({ task }) => {
          draft.forget();
          cache.put(task);
          toast.success(`Task #${task.number} created`);
          onCreated?.(task.number);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Create a task"
      description={`It goes to ${team.name}. The first free agent takes it, unless you say who.`}
      size="lg"
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="create-task" variant="primary" keys="mod+enter" loading={create.isPending}>
            Create task
          </Button>
        </>
      }
    >
      {/* The form listens for the key that its every field understands. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form
        id="create-task"
        ref={form}
        noValidate
        onSubmit={submit}
        onInput={(event) => draft.keepFields(event.currentTarget)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.current?.requestSubmit();
        }}
        className="grid gap-4 sm:grid-cols-2"
      >
        <div className="sm:col-span-2">
          <Field label="Title" name="title" error={titleError}>
            <Input
              name="title"
              defaultValue={draft.initial.title}
              maxLength={500}
              onChange={() => setTitleError(undefined)}
            />
          </Field>
        </div>
        <div className="sm:col-span-2">
          <Field label="Description" name="description" optional hint="Markdown. What is done when it is done?">
            <Textarea name="description" defaultValue={draft.initial.description} rows={5} maxLength={50_000} />
          </Field>
        </div>
        <Field label="Repository" name="repo" optional>
          <Select
            name="repo"
            defaultValue={repos[0]?.id ?? ""}
            options={[
              ...repos.map(({ id, name }) => ({ value: id, label: name })),
              { value: "", label: "None: it needs no merge" },
            ]}
          />
        </Field>
        <Field label="Assignee" name="assignee" optional>
          <Select
            name="assignee"
            defaultValue=""
            options={[
              { value: "", label: "Whoever is free first" },
              ...people.map(({ kind, id, name }) => ({
                value: id,
                label: name,
                icon: <ActorAvatar kind={kind} name={name} size={16} decorative />,
              })),
            ]}
          />
        </Field>
        <Field label="Priority" name="priority">
          <Select
            name="priority"
            defaultValue="medium"
            options={priorities.map((value) => ({
              value,
              label: priorityLabel(value),
              icon: <PriorityIcon priority={value} decorative />,
            }))}
          />
        </Field>
        <Field label="Type" name="type">
          <Select
            name="type"
            defaultValue="feature"
            options={taskTypes.map((value) => ({ value, label: typeLabel[value] }))}
          />
        </Field>
        <Field label="Waits for" optional hint="It starts when all of them are done.">
          <TaskPicker teamId={team.id} picked={waitsFor} onChange={setWaitsFor} label="Waits for" />
        </Field>
        <Field label="Tags" name="tags" optional hint="Separated by commas or spaces.">
          <Input name="tags" defaultValue={draft.initial.tags} />
        </Field>
        {create.error ? (
          <p role="alert" className="text-app text-danger sm:col-span-2">
            {wordsOfError(create.error)}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
