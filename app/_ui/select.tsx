"use client";

import { Select as BaseSelect } from "@base-ui/react/select";
import clsx from "clsx";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { menuItemClass, menuPopupClass } from "./menu-look.ts";

export type Option<Value extends string = string> = { value: Value; label: string; icon?: ReactNode };

type SelectProps<Value extends string> = {
  options: readonly Option<Value>[];
  value?: Value | null;
  defaultValue?: Value | null;
  onValueChange?: (value: Value) => void;
  name?: string;
  placeholder?: string;
  disabled?: boolean;
  /** Only where no `Field` gives it a label. */
  label?: string;
  /** How wide it is; as wide as its place without. */
  className?: string;
};

/** One of a few. Past a dozen, use `Combobox`. */
export function Select<Value extends string>({
  options,
  onValueChange,
  placeholder,
  label,
  ...rest
}: SelectProps<Value>) {
  const { className = "w-full", ...root } = rest;
  const iconOf = (value: Value | null) => options.find((option) => option.value === value);
  return (
    <BaseSelect.Root
      items={options}
      onValueChange={(value: Value | null) => (value === null ? undefined : onValueChange?.(value))}
      {...root}
    >
      <BaseSelect.Trigger
        aria-label={label}
        className={clsx(
          "flex h-8 items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-left text-app transition-colors hover:border-control data-disabled:opacity-50 data-invalid:border-danger data-popup-open:border-focus coarse:h-10",
          className,
        )}
      >
        <BaseSelect.Value className="min-w-0 grow truncate data-placeholder:text-faint">
          {(value: Value | null) => {
            const chosen = iconOf(value);
            return chosen ? <OptionFace option={chosen} /> : (placeholder ?? "Choose");
          }}
        </BaseSelect.Value>
        <BaseSelect.Icon>
          <ChevronsUpDown aria-hidden="true" className="size-3.5 text-faint" />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className="outline-none">
          <BaseSelect.Popup className={clsx(menuPopupClass, "min-w-(--anchor-width)")}>
            <BaseSelect.List>
              {options.map((option) => (
                <BaseSelect.Item key={option.value} value={option.value} className={menuItemClass}>
                  <BaseSelect.ItemText className="min-w-0 grow truncate">
                    <OptionFace option={option} />
                  </BaseSelect.ItemText>
                  <BaseSelect.ItemIndicator>
                    <Check aria-hidden="true" />
                  </BaseSelect.ItemIndicator>
                </BaseSelect.Item>
              ))}
            </BaseSelect.List>
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}

function OptionFace({ option }: { option: Option }) {
  return (
    <span className="flex items-center gap-2 [&_svg]:size-4 [&_svg]:shrink-0">
      {option.icon}
      <span className="truncate">{option.label}</span>
    </span>
  );
}
