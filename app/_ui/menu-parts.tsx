"use client";

import { Menu as BaseMenu } from "@base-ui/react/menu";
import clsx from "clsx";
import { Check, ChevronRight } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";
import { menuItemClass, menuPopupClass } from "./menu-look.ts";

export type MenuPlace = { align?: "start" | "center" | "end"; side?: "top" | "right" | "bottom" | "left" };

type PopupProps = Required<MenuPlace> & {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  anchor: ComponentProps<typeof BaseMenu.Positioner>["anchor"];
  children: ReactNode;
};

export type MenuItemProps = {
  icon?: ReactNode;
  keys?: string;
  end?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
};

export type MenuCheckItemProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  icon?: ReactNode;
  children: ReactNode;
};

export type MenuSubProps = { label: string; icon?: ReactNode; children: ReactNode };
export type MenuGroupProps = { label: string; children: ReactNode };

function Popup({ open, onOpenChange, anchor, align, side, children }: PopupProps) {
  return (
    <BaseMenu.Root
      open={open}
      onOpenChange={(next, { reason, event }) => {
        // A press on its own button is the button's to answer: closing here as well would open it again.
        const isOnAnchor = anchor instanceof Element && event.target instanceof Node && anchor.contains(event.target);
        if (reason !== "outside-press" || !isOnAnchor) onOpenChange(next);
      }}
    >
      <BaseMenu.Portal>
        <BaseMenu.Positioner anchor={anchor} align={align} side={side} sideOffset={4} className="outline-none">
          <BaseMenu.Popup className={menuPopupClass}>{children}</BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

function Item({ icon, keys, end, danger, disabled, onSelect, children }: MenuItemProps) {
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

function CheckItem({ checked, onCheckedChange, icon, children }: MenuCheckItemProps) {
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

function Sub({ label, icon, children }: MenuSubProps) {
  return (
    <BaseMenu.SubmenuRoot>
      <BaseMenu.SubmenuTrigger className={clsx(menuItemClass, "data-popup-open:bg-hover")}>
        {icon}
        <span className="min-w-0 grow truncate">{label}</span>
        <ChevronRight aria-hidden="true" className="text-faint" />
      </BaseMenu.SubmenuTrigger>
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={2} alignOffset={-4} className="outline-none">
          <BaseMenu.Popup className={menuPopupClass}>{children}</BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.SubmenuRoot>
  );
}

function Group({ label, children }: MenuGroupProps) {
  return (
    <BaseMenu.Group>
      <BaseMenu.GroupLabel className="px-2 pt-1.5 pb-1 text-micro font-medium text-faint">{label}</BaseMenu.GroupLabel>
      {children}
    </BaseMenu.Group>
  );
}

function Separator() {
  return <BaseMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}

/** What `menu.tsx` loads when a menu is near to being opened. */
export const menuParts = { Popup, Item, CheckItem, Sub, Group, Separator };
export type MenuParts = typeof menuParts;
