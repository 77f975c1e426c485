"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { StatusIcon } from "#app/_ui/status.tsx";

/** A task that was chosen. */
export type PickedTask = { number: number; title: string };

type TaskPickerProps = {
  teamId: string;
  picked: readonly PickedTask[];
  onChange: (picked: PickedTask[]) => void;
  label: string;
};

/** Several tasks of a team, found by words of their title or by number. */
export function TaskPicker({ teamId, picked, onChange, label }: TaskPickerProps) {
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const { data } = useQuery(
    useTRPC().tasks.list.queryOptions({ teamId, q: q || undefined, limit: 8 }, { placeholderData: keepPreviousData }),
  );
  const found = (data?.tasks ?? []).filter(({ number }) => !picked.some((task) => task.number === number));
  const pick = (value: string | null) => {
    const task = found.find(({ number }) => String(number) === value);
    if (!task) return;
    onChange([...picked, { number: task.number, title: task.title }]);
    setText("");
  };
  return (
    <div className="flex flex-col gap-1.5">
      <Combobox
        label={label}
        placeholder="Title or number"
        options={found.map(({ number, title, status }) => ({
          value: String(number),
          label: `#${number} ${title}`,
          icon: <StatusIcon status={status} decorative />,
        }))}
        value={null}
        onValueChange={pick}
        search={text}
        onSearch={setText}
        empty="No task with these words."
      />
      {picked.length > 0 ? (
        <ul aria-label={`Chosen: ${label}`} className="flex flex-col gap-1">
          {picked.map(({ number, title }) => (
            <li key={number} className="flex min-w-0 items-center gap-1.5 rounded-md border bg-sunken pl-2 text-app">
              <span className="text-muted">#{number}</span>
              <span className="min-w-0 grow truncate">{title}</span>
              <IconButton
                label={`Do not wait for #${number}`}
                icon={<X />}
                size="sm"
                onClick={() => onChange(picked.filter((task) => task.number !== number))}
              />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
