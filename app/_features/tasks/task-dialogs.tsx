"use client";

import { CircleUserRound } from "lucide-react";
import { priorities, taskStatuses } from "#db/enums.ts";
import { useAvailableActions } from "#app/_shell/actions.tsx";
import { canRun } from "#app/_shell/action-registry.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { PriorityIcon, priorityLabel, StatusIcon, statusFace } from "#app/_ui/status.tsx";
import type { Card } from "#server/tasks/schema.ts";
import type { Ask } from "./board-keys.ts";
import { type Choice, ChoiceDialog } from "./choice-dialog.tsx";
import { CreateTaskDialog } from "./create-task-dialog.tsx";
import { MessageDialog } from "./message-dialog.tsx";
import { refusalOf } from "./moves.ts";
import { useTaskCommands } from "./task-commands.ts";
import { useWork } from "./work-context.tsx";

export type TaskDialogsProps = {
  ask: Ask;
  targets: readonly Card[];
  onClose: () => void;
  onCreated?: (number: number) => void;
};

/** The question that was asked last. All of them are one chunk, fetched when the first is asked. */
export function TaskDialogs({ ask, targets, onClose, onCreated }: TaskDialogsProps) {
  if (ask === "create") return <CreateTaskDialog onClose={onClose} onCreated={onCreated} />;
  const [first] = targets;
  if (!first) return null;
  if (ask === "message") return <MessageDialog task={first} onClose={onClose} />;
  if (ask === "assign") return <AssignDialog targets={targets} onClose={onClose} />;
  if (ask === "priority") return <PriorityDialog targets={targets} onClose={onClose} />;
  if (ask === "status") return <StatusDialog targets={targets} onClose={onClose} />;
  if (ask === "actions") return <ActionsDialog targets={targets} onClose={onClose} />;
  return null;
}

type Targets = { targets: readonly Card[]; onClose: () => void };

function AssignDialog({ targets, onClose }: Targets) {
  const { people, me } = useWork();
  const commands = useTaskCommands();
  const now = targets.length === 1 ? (targets[0]?.assignee?.id ?? null) : undefined;
  const choices: Choice[] = [
    {
      id: "nobody",
      label: "Whoever is free first",
      icon: <CircleUserRound className="text-faint" />,
      isNow: now === null,
      onChoose: () => void commands.assign(targets, null),
    },
    ...people.map((person) => ({
      id: person.id,
      label: person.id === me.id ? `${person.name} (you)` : person.name,
      icon: <ActorAvatar kind={person.kind} name={person.name} size={20} decorative />,
      isNow: person.id === now,
      onChoose: () => void commands.assign(targets, person),
    })),
  ];
  return (
    <ChoiceDialog title={`Assign ${named(targets)}`} placeholder="Who does it?" choices={choices} onClose={onClose} />
  );
}

function PriorityDialog({ targets, onClose }: Targets) {
  const commands = useTaskCommands();
  const choices = priorities.toReversed().map((priority) => ({
    id: priority,
    label: priorityLabel(priority),
    icon: <PriorityIcon priority={priority} decorative />,
    isNow: targets.length === 1 && targets[0]?.priority === priority,
    onChoose: () => void commands.prioritise(targets, priority),
  }));
  return (
    <ChoiceDialog
      title={`Priority of ${named(targets)}`}
      placeholder="Which priority?"
      choices={choices}
      onClose={onClose}
    />
  );
}

function StatusDialog({ targets, onClose }: Targets) {
  const commands = useTaskCommands();
  const [first] = targets;
  const isOne = targets.length === 1;
  const choices = (isOne ? taskStatuses : bulkStatuses).map((status) => ({
    id: status,
    label: statusFace({ status }).label,
    icon: <StatusIcon status={status} decorative />,
    isNow: isOne && first?.status === status,
    refusal: isOne && first ? refusalOf(first, status) : null,
    onChoose: () => {
      if (isOne && first) void commands.move(first, status);
      else if (status === "todo" || status === "cancelled") void commands.bulk(targets, { status });
    },
  }));
  return <ChoiceDialog title={`Move ${named(targets)}`} placeholder="Where to?" choices={choices} onClose={onClose} />;
}

const bulkStatuses = ["todo", "cancelled"] as const;

function ActionsDialog({ targets, onClose }: Targets) {
  const choices = useAvailableActions()
    .filter(
      (action) =>
        action.group === "Task" && action.id !== "task.actions" && action.id !== "task.create" && canRun(action),
    )
    .map(({ id, title, icon, keys, run }) => ({ id, label: title, icon, keys, onChoose: run }));
  return <ChoiceDialog title={named(targets)} placeholder="What shall be done?" choices={choices} onClose={onClose} />;
}

function named(targets: readonly Card[]): string {
  return targets.length === 1 ? `#${targets[0]?.number} ${targets[0]?.title}` : `${targets.length} tasks`;
}
