import { useState } from "react";

// Drafts live for the tab: a half-written answer survives going elsewhere, a reload, and a lost race.
const keyOf = (request: string) => `entourage.draft.${request}`;

/** What was written for a request and not sent yet. */
export function useDraft<Values extends object>(request: string, empty: Values) {
  const [values, setValues] = useState<Values>(() => ({ ...empty, ...read(request) }));
  return {
    values,
    write: (change: Partial<Values>) => {
      const next = { ...values, ...change };
      setValues(next);
      sessionStorage.setItem(keyOf(request), JSON.stringify(next));
    },
    forget: () => sessionStorage.removeItem(keyOf(request)),
  };
}

function read(request: string): object {
  if (typeof sessionStorage === "undefined") return {};
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(request)) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
