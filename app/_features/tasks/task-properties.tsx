"use client";

import { type ReactNode, useState } from "react";
import { priorities, taskTypes } from "#db/enums.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { money, tokenCount } from "#app/_ui/format.ts";
import { Input } from "#app/_ui/input.tsx";
import { Menu, MenuItem } from "#app/_ui/menu.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { PriorityIcon, priorityLabel, StatusBadge, StatusIcon, statusFace } from "#app/_ui/status.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { words } from "./words.ts";
import { focusNow } from "./focus-now.ts";
import { movesOf } from "./moves.ts";
import { LeaseState } from "./task-card.tsx";
import { TaskOrigin } from "./task-origin.tsx";
import { useTaskCommands } from "./task-commands.ts";
import { typeLabel } from "./task-type.ts";
import { useTaskEdit } from "./use-task-edit.ts";
import { useWork } from "./work-context.tsx";

/** What is known of a task beside its words; what can be changed is changed by pressing it. */
export function TaskProperties({ task }: { task: TaskDetail }) {
  const { canWork, people, repos } = useWork();
  const commands = useTaskCommands();
  const edit = useTaskEdit(task);
  const moves = movesOf(task);
  return (
    <dl aria-label="Properties" className="grid grid-cols-[88px_minmax(0,1fr)] items-center gap-x-2 gap-y-0.5 text-app">
      <Property label="Status">
        <Change
          canChange={canWork && moves.length > 0}
          now={<StatusBadge plain status={task.status} />}
          label="Change the status"
          keys="s"
        >
          {moves.map((status) => (
            <MenuItem
              key={status}
              icon={<StatusIcon status={status} decorative />}
              onSelect={() => void commands.move(task, status)}
            >
              {statusFace({ status }).label}
            </MenuItem>
          ))}
        </Change>
      </Property>
      <Property label="Priority">
        <Change
          canChange={canWork}
          label="Change the priority"
          keys="p"
          now={
            <span className="inline-flex items-center gap-1.5">
              <PriorityIcon priority={task.priority} decorative />
              {priorityLabel(task.priority)}
            </span>
          }
        >
          {priorities.toReversed().map((priority) => (
            <MenuItem
              key={priority}
              icon={<PriorityIcon priority={priority} decorative />}
              onSelect={() => void commands.prioritise([task], priority)}
            >
              {priorityLabel(priority)}
            </MenuItem>
          ))}
        </Change>
      </Property>
      <Property label="Assignee">
        <Change
          canChange={canWork}
          label="Assign"
          keys="a"
          now={
            task.assignee ? <Somebody {...task.assignee} /> : <span className="text-muted">Whoever is free first</span>
          }
        >
          <MenuItem onSelect={() => void commands.assign([task], null)}>Whoever is free first</MenuItem>
          {people.map((person) => (
            <MenuItem
              key={person.id}
              icon={<ActorAvatar kind={person.kind} name={person.name} size={16} decorative />}
              onSelect={() => void commands.assign([task], person)}
            >
              {person.name}
            </MenuItem>
          ))}
        </Change>
      </Property>
      {task.lease ? (
        <Property label="Lease">
          <span className="flex min-w-0 flex-wrap items-center gap-x-1.5 px-1.5">
            <LeaseState since={task.lease.since} expiresAt={task.lease.expiresAt} holder={task.lease.holder.name} />
            <span className="text-muted">
              {task.lease.holder.name}, fence {task.lease.fence}
              {task.lease.expiresAt
                ? ", kept by signs of life"
                : task.waitsFor
                  ? ", stands still until the answer"
                  : ", without end"}
            </span>
          </span>
        </Property>
      ) : null}
      <Property label="Type">
        <Change canChange={canWork} label="Change the type" now={typeLabel[task.type]}>
          {taskTypes.map((type) => (
            <MenuItem key={type} onSelect={() => void edit({ type })}>
              {typeLabel[type]}
            </MenuItem>
          ))}
        </Change>
      </Property>
      <Property label="Repository">
        <Change
          canChange={canWork && task.headCommit === null}
          label="Change the repository"
          now={task.repo?.name ?? <span className="text-muted">None, it needs no merge</span>}
        >
          {repos.map(({ id, name }) => (
            <MenuItem key={id} onSelect={() => void edit({ repoId: id })}>
              {name}
            </MenuItem>
          ))}
          <MenuItem onSelect={() => void edit({ repoId: null })}>None</MenuItem>
        </Change>
      </Property>
      {task.repo ? (
        <Property label="Branch">
          <CopyableId id={task.branch} />
        </Property>
      ) : null}
      <Property label="Tags">
        <Tags tags={task.tags} canChange={canWork} onChange={(tags) => void edit({ tags })} />
      </Property>
      {task.costMicros > 0 ? (
        <Property label="Cost">
          <span className="px-1.5 tabular-nums">
            {money(task.costMicros)} <span className="text-muted">{tokenCount(task.tokens)} tokens</span>
          </span>
        </Property>
      ) : null}
      {task.origin ? (
        <Property label="From">
          <TaskOrigin origin={task.origin} />
        </Property>
      ) : null}
      <Property label="Created">
        <span className="px-1.5">
          <RelativeTime at={task.createdAt} /> <span className="text-muted">by {task.createdBy.name}</span>
        </span>
      </Property>
    </dl>
  );
}

function Property({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="flex min-h-8 min-w-0 items-center">{children}</dd>
    </>
  );
}

type ChangeProps = { canChange: boolean; label: string; keys?: string; now: ReactNode; children: ReactNode };

function Change({ canChange, label, keys, now, children }: ChangeProps) {
  if (!canChange) return <span className="truncate px-1.5">{now}</span>;
  return (
    <Menu
      trigger={
        <button
          type="button"
          data-tooltip={label}
          data-tooltip-keys={keys}
          className="inline-flex min-h-7 max-w-full items-center rounded-md px-1.5 text-left hover:bg-hover data-popup-open:bg-hover coarse:min-h-10"
        >
          <span className="truncate">{now}</span>
        </button>
      }
    >
      {children}
    </Menu>
  );
}

function Somebody({ kind, name }: { kind: "agent" | "user"; name: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <ActorAvatar kind={kind} name={name} size={20} decorative />
      <span className="truncate">{name}</span>
    </span>
  );
}

function Tags({
  tags,
  canChange,
  onChange,
}: {
  tags: readonly string[];
  canChange: boolean;
  onChange: (tags: string[]) => void;
}) {
  const [editing, setEditing] = useState(false);
  const save = (text: string) => {
    setEditing(false);
    const next = words(text).slice(0, 20);
    if (next.join() !== tags.join()) onChange(next);
  };
  if (editing) {
    return (
      <Input
        ref={focusNow}
        aria-label="Tags, separated by spaces"
        defaultValue={tags.join(" ")}
        onBlur={(event) => save(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") save(event.currentTarget.value);
          if (event.key !== "Escape") return;
          event.preventDefault();
          setEditing(false);
        }}
      />
    );
  }
  const shown =
    tags.length > 0 ? (
      tags.map((tag) => <Badge key={tag}>{tag}</Badge>)
    ) : (
      <span className="text-muted">{canChange ? "Add tags" : "None"}</span>
    );
  if (!canChange) return <span className="flex flex-wrap gap-1 px-1.5">{shown}</span>;
  return (
    <button
      type="button"
      data-tooltip="Change the tags"
      onClick={() => setEditing(true)}
      className="flex min-h-7 flex-wrap items-center gap-1 rounded-md px-1.5 hover:bg-hover coarse:min-h-10"
    >
      {shown}
    </button>
  );
}
