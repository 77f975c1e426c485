"use client";

import { Paperclip, X } from "lucide-react";
import { useId } from "react";
import { IconButton } from "#app/_ui/icon-button.tsx";

export interface GoalFile {
  name: string;
  text: string;
}

/** As the server takes them. */
const most = { files: 20, characters: 200_000 };

/** Texts that belong to a goal: notes, a specification, a log. */
export function GoalFiles({
  files,
  onChange,
  onRefuse,
}: {
  files: readonly GoalFile[];
  onChange: (files: GoalFile[]) => void;
  onRefuse: (words: string) => void;
}) {
  const id = useId();
  const take = async (list: FileList | null) => {
    const read = await Promise.all(
      [...(list ?? [])].map(async (file) => ({ name: file.name, text: await file.text() })),
    );
    const wrong = read.find(({ text }) => text.length > most.characters || text.includes("\0"));
    if (wrong) return onRefuse(`${wrong.name} is no text, or longer than ${most.characters} characters.`);
    const names = new Set(read.map(({ name }) => name));
    const all = [...files.filter(({ name }) => !names.has(name)), ...read];
    if (all.length > most.files) return onRefuse(`A goal has at most ${most.files} files.`);
    onChange(all);
  };
  return (
    <div className="flex flex-wrap items-center gap-2 text-app">
      <label
        htmlFor={id}
        className="inline-flex h-8 cursor-pointer items-center gap-1.5 rounded-md border px-2.5 hover:bg-hover has-focus-visible:outline-2 coarse:h-10"
      >
        <Paperclip aria-hidden="true" className="size-4" /> Add files
        <input
          id={id}
          type="file"
          multiple
          accept=".md,.txt,.json,.csv,.log,.yaml,.yml,text/*"
          className="sr-only"
          onChange={(event) => {
            void take(event.target.files);
            event.target.value = "";
          }}
        />
      </label>
      {files.map(({ name }) => (
        <span key={name} className="inline-flex min-w-0 items-center gap-1 rounded-md bg-sunken px-2">
          <span className="max-w-48 truncate">{name}</span>
          <IconButton
            size="sm"
            label={`Remove ${name}`}
            icon={<X />}
            onClick={() => onChange(files.filter((file) => file.name !== name))}
          />
        </span>
      ))}
    </div>
  );
}
