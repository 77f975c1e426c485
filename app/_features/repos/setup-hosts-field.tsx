"use client";

import { Check, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import { packageHosts } from "./package-hosts.ts";

export const hostsIn = (text: string): string[] => text.split(/[\s,]+/).filter((host) => host !== "");

/** The hosts that the set-up of a repository may reach, one a line; those of usual tools are added with a click. */
export function SetupHostsField({ name, hosts }: { name: string; hosts: readonly string[] }) {
  const [text, setText] = useState(hosts.join("\n"));
  const there = new Set(hostsIn(text));
  const add = (more: readonly string[]) => setText([...new Set([...hostsIn(text), ...more])].join("\n"));
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Hosts the set-up may reach"
        name={name}
        optional
        hint="Over https, while the set-up runs and never else. One a line: a name, or *.example.org for all names below. None: no network."
      >
        <Textarea
          {...{ name, mono: true, rows: 2, maxLength: 20_000, spellCheck: false }}
          placeholder="registry.npmjs.org"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <div role="group" aria-label="Hosts of usual tools" className="flex flex-wrap gap-1.5">
        {packageHosts.map((set) => {
          const isThere = set.hosts.every((host) => there.has(host));
          return (
            <Button
              key={set.name}
              size="sm"
              // Not `disabled`: whoever pressed it with the keyboard would lose their place.
              aria-disabled={isThere || undefined}
              className={isThere ? "opacity-60" : undefined}
              aria-label={isThere ? `The hosts of ${set.name} are there` : `Add the hosts of ${set.name}`}
              title={set.hosts.join(", ")}
              icon={isThere ? <Check className="size-3.5" /> : <Plus className="size-3.5" />}
              onClick={() => add(set.hosts)}
            >
              {set.name}
            </Button>
          );
        })}
      </div>
    </div>
  );
}
