"use client";

import { Tooltip as BaseTooltip } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

/** Neighbouring tooltips open at once after the first. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <BaseTooltip.Provider delay={400} closeDelay={0}>
      {children}
    </BaseTooltip.Provider>
  );
}

type TooltipProps = {
  content: ReactNode;
  keys?: string;
  side?: "top" | "right" | "bottom" | "left";
  /** The element that is explained; it must be focusable, or the keyboard cannot reach the text. */
  children: ReactElement;
};

/** A few words about what is under the pointer or the focus. Never the only place of a fact. */
export function Tooltip({ content, keys, side = "top", children }: TooltipProps) {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger render={children} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner side={side} sideOffset={6}>
          <BaseTooltip.Popup className="flex max-w-72 items-center gap-2 rounded-md bg-raised px-2 py-1 text-small text-ink shadow-popup transition-opacity data-ending-style:opacity-0 data-instant:duration-0 data-starting-style:opacity-0">
            {content}
            {keys ? <Kbd keys={keys} /> : null}
          </BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}
