"use client";

import { Check, X } from "lucide-react";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Kbd } from "#app/_ui/kbd.tsx";
import type { Answer, HumanRequest } from "./inbox-types.ts";

type BatchBarProps = {
  requests: readonly HumanRequest[];
  isPending: boolean;
  onAnswer: (answer: Answer) => void;
  onClear: () => void;
};

/** Answers what is selected in one go, where one answer fits all of it. */
export function BatchBar({ requests, isPending, onAnswer, onClear }: BatchBarProps) {
  const shared = sharedOptions(requests);
  useActions([
    ...shared.map(({ label, value }, index) => ({
      id: `batch.${index}`,
      title: `Answer all selected: ${label}`,
      group: "Answer",
      keys: String(index + 1),
      run: () => onAnswer(value),
    })),
    { id: "batch.clear", title: "Clear the selection", group: "List", keys: "Escape", run: onClear },
  ]);
  return (
    <div
      role="toolbar"
      aria-label="Answer what is selected"
      className="sticky bottom-0 z-2 flex flex-wrap items-center gap-2 border-t bg-raised px-3 py-2"
    >
      <span className="text-app font-medium">{requests.length} selected</span>
      {shared.length === 0 ? (
        <span className="text-app text-muted">No answer fits all of them. Select requests with the same answers.</span>
      ) : (
        shared.map(({ label, value }, index) => (
          <Button
            key={label}
            size="sm"
            variant={index === 0 ? "primary" : "secondary"}
            icon={index === 0 ? <Check className="size-3.5" /> : undefined}
            loading={isPending}
            keys={String(index + 1)}
            onClick={() => onAnswer(value)}
          >
            {label}
          </Button>
        ))
      )}
      <span className="grow" />
      <Button size="sm" variant="ghost" icon={<X className="size-3.5" />} onClick={onClear}>
        Clear <Kbd keys="escape" />
      </Button>
    </div>
  );
}

/** The ready answers that every one of them has. */
export function sharedOptions(requests: readonly Pick<HumanRequest, "options">[]) {
  const [first, ...others] = requests.map(({ options }) => options ?? []);
  return (first ?? []).filter(({ value }) => {
    const text = JSON.stringify(value);
    return others.every((options) => options.some((option) => JSON.stringify(option.value) === text));
  });
}
