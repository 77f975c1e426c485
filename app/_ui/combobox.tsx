"use client";

import { Combobox as BaseCombobox } from "@base-ui/react/combobox";
import clsx from "clsx";
import { Check, ChevronsUpDown } from "lucide-react";
import { controlClass } from "./control-look.ts";
import { menuItemClass, menuPopupClass } from "./menu-look.ts";
import type { Option } from "./select.tsx";

type ComboboxProps = {
  options: readonly Option[];
  value: string | null;
  onValueChange: (value: string | null) => void;
  placeholder?: string;
  /** What to say when nothing matches. */
  empty?: string;
  disabled?: boolean;
  /** Only where no `Field` gives it a label. */
  label?: string;
  /** What is typed, where somebody else finds the options by it (a server): they are then shown as they come. */
  search?: string;
  onSearch?: (text: string) => void;
};

/** One of many, found by typing. */
export function Combobox({
  options,
  value,
  onValueChange,
  placeholder,
  empty,
  disabled,
  label,
  search,
  onSearch,
}: ComboboxProps) {
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <BaseCombobox.Root
      items={options}
      value={chosen}
      disabled={disabled}
      onValueChange={(option: Option | null) => onValueChange(option?.value ?? null)}
      {...(onSearch ? { filter: null, inputValue: search ?? "", onInputValueChange: onSearch } : {})}
    >
      <BaseCombobox.InputGroup className="relative">
        <BaseCombobox.Input
          aria-label={label}
          placeholder={placeholder}
          className={clsx(controlClass, "h-8 pr-8 pl-2.5 coarse:h-10")}
        />
        <BaseCombobox.Trigger
          aria-label="Show the choices"
          className="absolute inset-y-0 right-0 flex w-8 items-center justify-center text-faint"
        >
          <ChevronsUpDown aria-hidden="true" className="size-3.5" />
        </BaseCombobox.Trigger>
      </BaseCombobox.InputGroup>
      <BaseCombobox.Portal>
        <BaseCombobox.Positioner sideOffset={4} className="outline-none">
          <BaseCombobox.Popup className={clsx(menuPopupClass, "w-(--anchor-width) max-w-none")}>
            <BaseCombobox.Empty>
              <div className="px-2 py-3 text-center text-app text-muted">{empty ?? "Nothing matches."}</div>
            </BaseCombobox.Empty>
            <BaseCombobox.List className="outline-none">
              {(option: Option) => (
                <BaseCombobox.Item key={option.value} value={option} className={menuItemClass}>
                  {option.icon}
                  <span className="min-w-0 grow truncate">{option.label}</span>
                  <BaseCombobox.ItemIndicator>
                    <Check aria-hidden="true" />
                  </BaseCombobox.ItemIndicator>
                </BaseCombobox.Item>
              )}
            </BaseCombobox.List>
          </BaseCombobox.Popup>
        </BaseCombobox.Positioner>
      </BaseCombobox.Portal>
    </BaseCombobox.Root>
  );
}
