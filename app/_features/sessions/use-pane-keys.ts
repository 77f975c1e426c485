"use client";

import { type RefObject, useEffect } from "react";

/** F6 and ⇧F6 walk through the panes inside, also out of a terminal or an editor, which keep all other keys. */
export function usePaneKeys(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "F6" || event.ctrlKey || event.metaKey || event.altKey) return;
      const panes = [...(place.current?.querySelectorAll<HTMLElement>("[data-pane]") ?? [])];
      if (panes.length === 0) return;
      event.preventDefault();
      event.stopPropagation();
      const at = panes.findIndex((pane) => pane.contains(document.activeElement));
      const step = event.shiftKey ? panes.length - 1 : 1;
      // One that still loads has nothing to stand on: the walk goes on behind it.
      let to = at === -1 ? 0 : (at + step) % panes.length;
      for (let tries = 0; tries < panes.length && !focusWithin(panes[to]); tries++) to = (to + step) % panes.length;
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [place]);
}

/** Puts the focus where one works in a pane. */
export function focusPane(place: HTMLElement | null, name: string): void {
  focusWithin(place?.querySelector<HTMLElement>(`[data-pane="${name}"]`) ?? undefined);
}

const places = [
  "textarea[data-session-composer]",
  ".xterm-helper-textarea",
  "[data-pane-focus]",
  "[role=tabpanel] :is(button, [href], input, textarea, [tabindex='0'])",
  "button, [href], input, textarea, [tabindex='0']",
];

/** @returns whether there was something to focus. */
function focusWithin(pane: HTMLElement | undefined): boolean {
  for (const selector of places) {
    const element = pane?.querySelector<HTMLElement>(selector);
    element?.focus();
    if (element) return true;
  }
  return false;
}
