"use client";

import { ArrowUp, Plus, X } from "lucide-react";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { complexities, modelTiers, taskTypes } from "#db/enums.ts";
import { tierWords } from "./model-words.ts";
import type { Routing } from "./routing-type.ts";

type Route = Routing["routes"][number];

const complexityOptions = [
  { value: "*", label: "any complexity" },
  ...complexities.map((value) => ({ value, label: value })),
];
const tierOptions = modelTiers.map((value) => ({ value, label: tierWords[value].label }));

/** Which kind of task goes to which tier; the first line that fits counts. */
export function RoutesEditor({ routes, onChange }: { routes: Route[]; onChange: (routes: Route[]) => void }) {
  const change = (index: number, part: Partial<Route>) =>
    onChange(routes.map((route, at) => (at === index ? { ...route, ...part } : route)));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-app font-medium">Kinds of tasks</legend>
      <p className="pb-1 text-small text-muted">The first line that fits counts; * is any type.</p>
      <datalist id="task-types">
        {["*", "planning", ...taskTypes].map((type) => (
          <option key={type} value={type}>
            {type}
          </option>
        ))}
      </datalist>
      <ol className="flex flex-col gap-1">
        {routes.map((route, index) => (
          // Lines have no name of their own: their place is what they are.
          <li key={index} className="flex items-center gap-1.5 max-sm:flex-wrap max-sm:border-b max-sm:pb-1.5">
            <Input
              aria-label={`Type of line ${index + 1}`}
              list="task-types"
              value={route.type}
              maxLength={40}
              className="w-full min-w-24"
              onChange={(event) => change(index, { type: event.target.value })}
            />
            <Select
              label={`Complexity of line ${index + 1}`}
              value={route.complexity}
              onValueChange={(complexity) => change(index, { complexity })}
              options={complexityOptions}
            />
            <Select
              label={`Tier of line ${index + 1}`}
              value={route.tier}
              onValueChange={(tier) => change(index, { tier })}
              options={tierOptions}
            />
            <IconButton
              label={`Move line ${index + 1} up`}
              icon={<ArrowUp />}
              size="sm"
              disabled={index === 0}
              onClick={() => onChange(routes.toSpliced(index, 1).toSpliced(index - 1, 0, route))}
            />
            <IconButton
              label={`Remove line ${index + 1}`}
              icon={<X />}
              size="sm"
              disabled={routes.length === 1}
              onClick={() => onChange(routes.toSpliced(index, 1))}
            />
          </li>
        ))}
      </ol>
      <div>
        <Button
          size="sm"
          icon={<Plus className="size-3.5" />}
          disabled={routes.length >= 100}
          onClick={() => onChange([{ type: "*", complexity: "*", tier: "medium" }, ...routes])}
        >
          Add a line at the top
        </Button>
      </div>
    </fieldset>
  );
}
