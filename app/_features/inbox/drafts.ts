import { useState } from "react";
import { useDraftKey } from "#app/_lib/drafts.tsx";

// Drafts live for the tab: a half-written answer survives going elsewhere, a reload, and a lost race.

/** What was written for a request and not sent yet. */
export function useDraft<Values extends object>(request: string, empty: Values) {
  const key = useDraftKey(`answer|${request}`);
  const [values, setValues] = useState<Values>(() => ({ ...empty, ...read(key) }));
  return {
    values,
    write: (change: Partial<Values>) => {
      const next = { ...values, ...change };
      setValues(next);
      sessionStorage.setItem(key, JSON.stringify(next));
    },
    forget: () => sessionStorage.removeItem(key),
  };
}

function read(key: string): object {
  if (typeof sessionStorage === "undefined") return {};
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
