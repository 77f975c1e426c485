"use client";

import { ArrowUp, X } from "lucide-react";
import { useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { ModelTier } from "#db/enums.ts";
import { tierWords } from "./model-words.ts";

type ChainEditorProps = {
  tier: ModelTier;
  chain: readonly string[];
  onChange: (chain: string[]) => void;
  /** Id of the list of models that are offered while typing. */
  suggestions: string;
};

/** The models of one tier, the first one first; any model that a provider has can be added. */
export function ChainEditor({ tier, chain, onChange, suggestions }: ChainEditorProps) {
  const [typed, setTyped] = useState("");
  const { label } = tierWords[tier];
  const add = () => {
    const model = typed.trim();
    if (model === "") return;
    onChange([...chain.filter((each) => each !== model), model]);
    setTyped("");
  };
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-app font-medium">{label}</legend>
      <ol className="flex flex-col gap-0.5">
        {chain.map((model, index) => (
          <li key={model} className="flex min-h-8 items-center gap-1 rounded-md border bg-sunken pr-1 pl-2.5">
            <span className="min-w-0 grow truncate font-mono text-small" title={model}>
              {model}
            </span>
            <IconButton
              label={`Put ${model} before the one above it`}
              icon={<ArrowUp />}
              size="sm"
              disabled={index === 0}
              onClick={() => onChange(chain.toSpliced(index, 1).toSpliced(index - 1, 0, model))}
            />
            <IconButton
              label={`Take ${model} out of ${label}`}
              icon={<X />}
              size="sm"
              onClick={() => onChange(chain.toSpliced(index, 1))}
            />
          </li>
        ))}
      </ol>
      <div className="flex gap-2">
        <Input
          aria-label={`Add a model to ${label}`}
          placeholder="provider/model"
          list={suggestions}
          value={typed}
          maxLength={200}
          autoComplete="off"
          mono
          className="w-full"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
        />
        <Button onClick={add} disabled={typed.trim() === "" || chain.length >= 10}>
          Add
        </Button>
      </div>
    </fieldset>
  );
}
