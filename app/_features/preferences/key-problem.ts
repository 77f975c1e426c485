import type { Action } from "#app/_shell/action-registry.ts";

const stroke = /^(?:(?:mod|shift|alt)\+){0,3}(?:[^\s+]|enter|escape|space|arrow(?:up|down|left|right))$/;

/** Why keys cannot be those of an action, in a sentence; undefined: they can. */
export function problemOfKeys(written: string, others: readonly Pick<Action, "title" | "keys">[]): string | undefined {
  const keys = written.trim();
  const strokes = keys.split(" ");
  if (keys === "") return "Write one key at least, such as c, g b or mod+k.";
  if (strokes.length > 3 || !strokes.every((each) => stroke.test(each)))
    return "Write keys as c, g b (one after the other) or mod+k.";
  const taken = others.find((other) => other.keys === keys);
  return taken && `${taken.title} has these keys. Give that others first.`;
}
