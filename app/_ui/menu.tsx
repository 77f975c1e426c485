"use client";

import { ContextMenu as BaseContextMenu } from "@base-ui/react/context-menu";
import { Menu as BaseMenu } from "@base-ui/react/menu";
import clsx from "clsx";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

export const menuPopupClass = clsx(
  "max-h-(--available-height) min-w-44 max-w-80 origin-(--transform-origin) overflow-y-auto rounded-lg bg-raised p-1 text-ink shadow-popup outline-none",
  "transition-[opacity,scale] data-ending-style:scale-98 data-ending-style:opacity-0 data-instant:duration-0 data-starting-style:scale-98 data-starting-style:opacity-0",
);
export const menuItemClass = clsx(
  "flex min-h-7 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-app outline-none select-none coarse:min-h-10",
  "data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0",
);

type MenuProps = {
  trigger: ReactElement;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  children: ReactNode;
};

/** A list of things to do, behind a button. */
export function Menu({ trigger, align = "start", side = "bottom", children }: MenuProps) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner align={align} side={side} sideOffset={4} className="outline-none">
          <BaseMenu.Popup className={menuPopupClass}>{children}</BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

/** The same items at the pointer. Everything in it must also be reachable by key or by a button. */
export function ContextMenu({ items, children }: { items: ReactNode; children: ReactElement }) {
  return (
    <BaseContextMenu.Root>
      <BaseContextMenu.Trigger render={children} />
      <BaseContextMenu.Portal>
        <BaseContextMenu.Positioner className="outline-none">
          <BaseContextMenu.Popup className={menuPopupClass}>{items}</BaseContextMenu.Popup>
        </BaseContextMenu.Positioner>
      </BaseContextMenu.Portal>
    </BaseContextMenu.Root>
  );
}

type MenuItemProps = {
  icon?: ReactNode;
  keys?: string;
  end?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
};

export function MenuItem({ icon, keys, end, danger, disabled, onSelect, children }: MenuItemProps) {
  return (
    <BaseMenu.Item
      disabled={disabled}
      onClick={onSelect}
      className={clsx(menuItemClass, danger ? "text-danger" : "[&>svg]:text-faint")}
    >
      {icon}
      <span className="min-w-0 grow truncate">{children}</span>
      {end}
      {keys ? <Kbd keys={keys} /> : null}
    </BaseMenu.Item>
  );
}

type MenuCheckItemProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  icon?: ReactNode;
  children: ReactNode;
};

/** An item that is on or off; the menu stays open. */
export function MenuCheckItem({ checked, onCheckedChange, icon, children }: MenuCheckItemProps) {
  return (
    <BaseMenu.CheckboxItem checked={checked} onCheckedChange={onCheckedChange} className={menuItemClass}>
      {icon}
      <span className="min-w-0 grow truncate">{children}</span>
      <span className="flex size-4 items-center">
        <BaseMenu.CheckboxItemIndicator>
          <Check />
        </BaseMenu.CheckboxItemIndicator>
      </span>
    </BaseMenu.CheckboxItem>
  );
}

/** A menu within a menu. */
export function MenuSub({ label, icon, children }: { label: string; icon?: ReactNode; children: ReactNode }) {
  return (
    <BaseMenu.SubmenuRoot>
      <BaseMenu.SubmenuTrigger className={clsx(menuItemClass, "data-popup-open:bg-hover")}>
        {icon}
        <span className="min-w-0 grow truncate">{label}</span>
        <span aria-hidden="true" className="text-faint">
          ›
        </span>
      </BaseMenu.SubmenuTrigger>
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={2} alignOffset={-4} className="outline-none">
          <BaseMenu.Popup className={menuPopupClass}>{children}</BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.SubmenuRoot>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <BaseMenu.Group>
      <BaseMenu.GroupLabel className="px-2 pt-1.5 pb-1 text-micro font-medium text-faint">{label}</BaseMenu.GroupLabel>
      {children}
    </BaseMenu.Group>
  );
}

export function MenuSeparator() {
  return <BaseMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
