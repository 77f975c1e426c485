"use client";

import { Popover as BasePopover } from "@base-ui/react/popover";
import clsx from "clsx";
import type { ReactElement, ReactNode } from "react";

type PopoverProps = {
  trigger: ReactElement;
  /** Read aloud; shown unless hidden. */
  title: string;
  hideTitle?: boolean;
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  children: ReactNode;
};

/** Something small beside its button, that does not stop the page. */
export function Popover({ trigger, title, hideTitle, align = "start", open, onOpenChange, children }: PopoverProps) {
  return (
    <BasePopover.Root open={open} onOpenChange={onOpenChange}>
      <BasePopover.Trigger render={trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner align={align} sideOffset={4}>
          <BasePopover.Popup className="w-72 max-w-(--available-width) origin-(--transform-origin) rounded-lg bg-raised p-3 text-app text-ink shadow-popup outline-none transition-[opacity,scale] data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0">
            <BasePopover.Title className={clsx(hideTitle ? "sr-only" : "pb-2 text-app font-semibold")}>
              {title}
            </BasePopover.Title>
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}
