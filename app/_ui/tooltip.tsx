"use client";

import { cloneElement, type ReactElement } from "react";

export type TooltipSide = "top" | "right" | "bottom" | "left";

type TooltipProps = {
  content: string;
  keys?: string;
  side?: TooltipSide;
  /** The element that is explained; it must be focusable, or the keyboard cannot reach the text. */
  children: ReactElement<Record<string, unknown>>;
};

/**
 * A few words about what is under the pointer or the focus. Never the only place of a fact. It only leaves marks on
 * its child, which the one `TooltipHost` of the page reads: ten thousand cards with tooltips cost nothing.
 */
export function Tooltip({ content, keys, side = "top", children }: TooltipProps) {
  return cloneElement(children, { "data-tooltip": content, "data-tooltip-keys": keys, "data-tooltip-side": side });
}
