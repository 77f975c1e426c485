"use client";

import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import clsx from "clsx";
import type { ReactNode } from "react";

type ToggleProps = {
  /** The words beside it, part of what can be pressed. */
  label: ReactNode;
  /** Keeps the words for screen readers only, as in a row that can be selected. */
  hideLabel?: boolean;
  hint?: string;
  name?: string;
  checked?: boolean;
  defaultChecked?: boolean;
  disabled?: boolean;
  onCheckedChange?: (checked: boolean) => void;
};

/** Part of a form or of a selection: takes effect when the form does. */
export function Checkbox({
  label,
  hideLabel,
  hint,
  indeterminate,
  ...rest
}: ToggleProps & { indeterminate?: boolean }) {
  return (
    <label
      className={clsx(
        "inline-flex min-h-6 gap-2 text-app has-data-disabled:opacity-50",
        hint || hideLabel ? "items-start *:first:mt-0.5" : "items-center",
      )}
    >
      <BaseCheckbox.Root
        indeterminate={indeterminate}
        className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-control bg-surface text-accent-ink transition-colors data-checked:border-accent data-checked:bg-accent data-indeterminate:border-accent data-indeterminate:bg-accent"
        {...rest}
      >
        <BaseCheckbox.Indicator className="flex data-unchecked:hidden">
          <svg
            viewBox="0 0 12 12"
            aria-hidden="true"
            className="size-3"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.75"
          >
            <path
              d={indeterminate ? "M2.5 6h7" : "m2.25 6.25 2.5 2.5 5-5.5"}
              strokeLinecap="round"
              strokeLinejoin="round"
            />
          </svg>
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <ToggleWords label={label} hideLabel={hideLabel} hint={hint} />
    </label>
  );
}

/** On or off, at once. */
export function Switch({ label, hideLabel, hint, ...rest }: ToggleProps) {
  return (
    <label className="flex min-h-6 items-start justify-between gap-4 text-app has-data-disabled:opacity-50">
      <ToggleWords label={label} hideLabel={hideLabel} hint={hint} />
      <BaseSwitch.Root
        className="flex h-5 w-8 shrink-0 rounded-full border border-control bg-active p-px transition-colors data-checked:border-accent data-checked:bg-accent"
        {...rest}
      >
        <BaseSwitch.Thumb className="size-4 rounded-full bg-control transition-[translate,background-color] data-checked:translate-x-3 data-checked:bg-accent-ink" />
      </BaseSwitch.Root>
    </label>
  );
}

function ToggleWords({ label, hideLabel, hint }: Pick<ToggleProps, "label" | "hideLabel" | "hint">) {
  return (
    <span className={clsx(hideLabel && "sr-only")}>
      {label}
      {hint ? <span className="block text-small text-muted">{hint}</span> : null}
    </span>
  );
}
