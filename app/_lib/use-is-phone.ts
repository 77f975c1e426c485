"use client";

import { useSyncExternalStore } from "react";

const query = "(max-width: 639px)";

/** Whether the page is as narrow as a phone; false until the browser has it. */
export function useIsPhone(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const media = matchMedia(query);
      media.addEventListener("change", onChange);
      return () => media.removeEventListener("change", onChange);
    },
    () => matchMedia(query).matches,
    () => false,
  );
}
