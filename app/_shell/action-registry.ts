import type { ReactNode } from "react";

/** Something a person can do here. Keys: `"c"`, `"g b"` (one after the other), `"mod+k"`, `"?"`. */
export type Action = {
  id: string;
  title: string;
  /** Heading in the palette and the `?` sheet: "Navigate", "Task", "View"… */
  group: string;
  keys?: string;
  icon?: ReactNode;
  /** More words that find it in the palette. */
  keywords?: readonly string[];
  run: () => void;
  /** Asked when it matters; false hides the action and frees its keys. */
  when?: () => boolean;
};

/** The actions of everything that is mounted. A store outside React's state, so that a key costs no render. */
export class ActionRegistry {
  private owners = new Map<string, readonly Action[]>();
  private listeners = new Set<() => void>();
  private actions: readonly Action[] = [];
  private keyList = "";
  private chosenKeys: Readonly<Record<string, string>> = {};

  /** Other keys than their own for some actions, by the actions' ids. */
  chooseKeys(keys: Readonly<Record<string, string>>): void {
    this.chosenKeys = keys;
    this.changed();
  }

  /** Puts or renews the actions of one owner; listeners hear of it only when something they can see changed. */
  set(owner: string, actions: readonly Action[]): void {
    const known = this.owners.get(owner);
    this.owners.set(owner, actions);
    if (!known || !looksTheSame(known, actions)) this.changed();
    else this.actions = this.collect();
  }

  remove(owner: string): void {
    this.owners.delete(owner);
    this.changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What was offered at the last visible change. */
  list = (): readonly Action[] => this.shown;
  keys = (): string => this.keyList;

  run(id: string): void {
    this.actions.findLast((action) => action.id === id && canRun(action))?.run();
  }

  /** Runs what these keys mean now; false when they mean nothing. */
  runKeys(keys: string): boolean {
    const action = this.actions.findLast((each) => each.keys === keys && canRun(each));
    action?.run();
    return action !== undefined;
  }

  private shown: readonly Action[] = [];

  private collect(): readonly Action[] {
    const actions = [...this.owners.values()].flat();
    return actions.map((action) => {
      const keys = Object.hasOwn(this.chosenKeys, action.id) ? this.chosenKeys[action.id] : undefined;
      return keys === undefined ? action : { ...action, keys };
    });
  }

  private changed(): void {
    this.actions = this.collect();
    this.shown = this.actions;
    this.keyList = [...new Set(this.actions.flatMap((action) => action.keys ?? []))].sort(longestFirst).join("\n");
    for (const listener of this.listeners) listener();
  }
}

const groupOrder = ["General", "Navigate", "List", "Task"];

/** Actions under their headings: what is the same everywhere first, then the page's own in the order they came. */
export function groupActions(actions: readonly Action[]): [string, Action[]][] {
  const place = (group: string) => (groupOrder.includes(group) ? groupOrder.indexOf(group) : groupOrder.length);
  return [...Map.groupBy(actions, (action) => action.group)].sort(([left], [right]) => place(left) - place(right));
}

/** Whether an action may run now. */
export function canRun(action: Action): boolean {
  return action.when?.() !== false;
}

/** Our spelling of keys in tinykeys' spelling. */
export function toBinding(keys: string): string {
  return keys
    .split(" ")
    .map((stroke) => {
      const binding = stroke.replace(/\bmod\+/, "$mod+").replace(/\bshift\+/, "Shift+");
      // Which signs need Shift depends on the keyboard's layout ("?" and "/" change places with it).
      return /^[^a-z0-9]$/i.test(binding) ? `[Shift]+${binding}` : binding;
    })
    .join(" ");
}

/** True for keys that belong to what has the focus: text being written, a menu or a dialog that is open. */
export function isMeantForTheTarget(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return true;
  if (!(event.target instanceof Element)) return false;
  const isChord = event.metaKey || event.ctrlKey;
  const isPress = event.key === "Enter" || event.key === " ";
  if (isPress && !isChord && event.target.closest("button, a[href], summary, [role=button], [role=tab]")) return true;
  if (event.target.closest("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]")) {
    return !event.target.closest("[data-page-keys]");
  }
  return !isChord && event.target.closest("input, textarea, select, [contenteditable=true], [role=combobox]") !== null;
}

// A sequence must be asked before its own last key: "g a" before "a".
function longestFirst(left: string, right: string): number {
  return right.split(" ").length - left.split(" ").length || left.localeCompare(right);
}

function looksTheSame(left: readonly Action[], right: readonly Action[]): boolean {
  return (
    left.length === right.length &&
    left.every((action, index) => {
      const other = right[index];
      return (
        action.id === other?.id &&
        action.title === other.title &&
        action.keys === other.keys &&
        action.group === other.group
      );
    })
  );
}
