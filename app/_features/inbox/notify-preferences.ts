import { useSyncExternalStore } from "react";

/** How somebody wants to be told on this device: the browser keeps the permission per device, so this is kept beside it. */
export interface NotifyPreferences {
  notification: boolean;
  sound: boolean;
}

const key = "entourage.inbox.notify";
const none: NotifyPreferences = { notification: false, sound: false };
const watchers = new Set<() => void>();
let known: { text: string | null; value: NotifyPreferences } = { text: null, value: none };

export function useNotifyPreferences(): NotifyPreferences {
  return useSyncExternalStore(subscribe, readPreferences, () => none);
}

/** Remembers a choice; notifications are asked for where the browser was not asked yet. @returns what holds now. */
export async function chooseNotify(change: Partial<NotifyPreferences>): Promise<NotifyPreferences> {
  const next = { ...readPreferences(), ...change };
  if (next.notification && !(await mayNotify())) next.notification = false;
  localStorage.setItem(key, JSON.stringify(next));
  for (const watcher of watchers) watcher();
  return next;
}

async function mayNotify(): Promise<boolean> {
  if (!("Notification" in globalThis)) return false;
  if (Notification.permission !== "default") return Notification.permission === "granted";
  return (await Notification.requestPermission()) === "granted";
}

function readPreferences(): NotifyPreferences {
  const text = localStorage.getItem(key);
  if (text !== known.text) known = { text, value: parse(text) };
  return known.value;
}

function parse(text: string | null): NotifyPreferences {
  try {
    const kept: unknown = JSON.parse(text ?? "null");
    if (typeof kept !== "object" || kept === null) return none;
    const isOn = (name: string) => Reflect.get(kept, name) === true;
    return { notification: isOn("notification"), sound: isOn("sound") };
  } catch {
    return none;
  }
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  addEventListener("storage", watcher);
  return () => {
    watchers.delete(watcher);
    removeEventListener("storage", watcher);
  };
}
