import { useCallback, useSyncExternalStore } from "react";

const key = "entourage.rail";
const listeners = new Set<() => void>();

/** Whether the rail is narrow, remembered by this browser. A matter of taste, so it needs no server. */
export function useRailCollapsed(): readonly [boolean, () => void] {
  const collapsed = useSyncExternalStore(subscribe, read, () => false);
  const toggle = useCallback(() => {
    localStorage.setItem(key, read() ? "wide" : "narrow");
    for (const listener of listeners) listener();
  }, []);
  return [collapsed, toggle];
}

function read(): boolean {
  return localStorage.getItem(key) === "narrow";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
