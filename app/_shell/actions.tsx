"use client";

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { tinykeys } from "tinykeys";
import { type Action, ActionRegistry, isMeantForTheTarget, toBinding } from "./action-registry.ts";

export type { Action } from "./action-registry.ts";

const Registry = createContext<ActionRegistry | null>(null);
const none: readonly Action[] = [];

/** Holds the one list of what can be done on the page, and listens for its keys. */
export function ActionsProvider({ children }: { children: ReactNode }) {
  const [registry] = useState(() => new ActionRegistry());
  return (
    <Registry value={registry}>
      <KeyListener registry={registry} />
      {children}
    </Registry>
  );
}

/**
 * Offers actions for as long as the calling component is on the page: in the palette, the `?` sheet, tooltips and
 * menus, and under their keys. Where two share keys, the one registered last answers (a dialog over its page).
 */
export function useActions(actions: readonly Action[]): void {
  const registry = useRegistry();
  const owner = useId();
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
    registry.set(owner, actions);
  });
  useEffect(() => {
    // Mounted again after an unmount (strict mode does so), the list must come back.
    registry.set(owner, latest.current);
    return () => registry.remove(owner);
  }, [registry, owner]);
}

/** Gives actions the keys a person chose for them instead of their own; nothing while that is not known. */
export function useKeyPreferences(keys: Readonly<Record<string, string>> | undefined): void {
  const registry = useRegistry();
  useEffect(() => {
    if (keys) registry.chooseKeys(keys);
  }, [registry, keys]);
}

/** Everything that can be done now, in the order it was registered. */
export function useAvailableActions(): readonly Action[] {
  const registry = useRegistry();
  return useSyncExternalStore(registry.subscribe, registry.list, () => none);
}

/** Runs an action by id, if it is there and may run now. */
export function useRunAction(): (id: string) => void {
  const registry = useRegistry();
  return useCallback((id) => registry.run(id), [registry]);
}

function KeyListener({ registry }: { registry: ActionRegistry }) {
  // Only a change of the keys themselves rebinds: a half-typed sequence must survive a live update of the page.
  const keys = useSyncExternalStore(registry.subscribe, registry.keys, () => "");
  useEffect(() => {
    const bindings = keys
      .split("\n")
      .filter(Boolean)
      .map((each): [string, (event: KeyboardEvent) => void] => [
        toBinding(each),
        (event) => {
          if (registry.runKeys(each)) event.preventDefault();
        },
      ]);
    return tinykeys(window, Object.fromEntries(bindings), { ignore: isMeantForTheTarget });
  }, [keys, registry]);
  return null;
}

function useRegistry(): ActionRegistry {
  const registry = useContext(Registry);
  if (!registry) throw new Error("Actions need <ActionsProvider> above them.");
  return registry;
}
