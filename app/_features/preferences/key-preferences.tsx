"use client";

import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { groupActions } from "#app/_shell/action-registry.ts";
import { useAvailableActions } from "#app/_shell/actions.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";
import { problemOfKeys } from "./key-problem.ts";

type KeyPreferencesProps = { chosen: Record<string, string>; onChange: (keys: Record<string, string>) => void };

/** The keys of what can be done, each to be written anew: "g b" one after the other, "mod+k" together. */
export function KeyPreferences({ chosen, onChange }: KeyPreferencesProps) {
  const actions = useAvailableActions().filter(({ id, keys }) => keys !== undefined || chosen[id] !== undefined);
  const [problems, setProblems] = useState<Record<string, string>>({});
  const write = (id: string, keys: string) => {
    const others = actions.filter((action) => action.id !== id);
    const problem = problemOfKeys(keys, others);
    setProblems({ ...problems, [id]: problem ?? "" });
    if (!problem) onChange({ ...chosen, [id]: keys.trim() });
  };
  const reset = (id: string) => {
    const { [id]: _, ...others } = chosen;
    setProblems({ ...problems, [id]: "" });
    onChange(others);
  };
  return (
    <div className="columns-1 gap-8 sm:columns-2">
      {groupActions(actions).map(([group, those]) => (
        <section key={group} className="break-inside-avoid pb-4">
          <h3 className="pb-1 text-small font-medium text-faint">{group}</h3>
          <ul className="flex flex-col gap-1">
            {those.map(({ id, title, keys }) => (
              <li key={id} className="grid grid-cols-[1fr_7rem_2rem] items-center gap-2 text-app">
                <span className="truncate" title={title}>
                  {title}
                </span>
                <Input
                  key={keys}
                  mono
                  aria-label={`Keys of ${title}`}
                  aria-invalid={problems[id] ? true : undefined}
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={40}
                  defaultValue={keys}
                  onBlur={(event) => {
                    if (event.currentTarget.value.trim() !== (keys ?? "")) write(id, event.currentTarget.value);
                  }}
                  onKeyDown={(event) => {
                    if (event.key === "Enter") event.currentTarget.blur();
                  }}
                />
                {chosen[id] === undefined ? null : (
                  <IconButton size="sm" label={`As it was: ${title}`} icon={<RotateCcw />} onClick={() => reset(id)} />
                )}
                {problems[id] ? (
                  <p role="alert" className="col-span-3 text-small text-danger">
                    {problems[id]}
                  </p>
                ) : null}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
