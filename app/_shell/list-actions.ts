import { useActions } from "./actions.tsx";

type ListActions = {
  /** What one row is: "task". */
  noun: string;
  /** The keys of the rows, in the order they are shown. */
  keys: readonly string[];
  selected: string | null;
  onSelect: (key: string) => void;
  onOpen?: (key: string) => void;
  onPeek?: (key: string) => void;
  /** Takes into or out of the selection for bulk changes. */
  onMark?: (key: string) => void;
};

/** The keys every list has: j and k move, Enter opens, Space peeks, x marks. */
export function useListActions({ noun, keys, selected, onSelect, onOpen, onPeek, onMark }: ListActions): void {
  const place = selected === null ? -1 : keys.indexOf(selected);
  const move = (step: number) => {
    const next = keys[Math.min(keys.length - 1, Math.max(0, place + step))];
    if (next !== undefined) onSelect(next);
  };
  const on = (act: ((key: string) => void) | undefined) => ({
    when: () => act !== undefined && selected !== null && place >= 0,
    run: () => {
      if (selected !== null) act?.(selected);
    },
  });
  useActions([
    { id: "list.next", title: `Next ${noun}`, group: "List", keys: "j", run: () => move(1) },
    { id: "list.previous", title: `Previous ${noun}`, group: "List", keys: "k", run: () => move(-1) },
    { id: "list.open", title: `Open the ${noun}`, group: "List", keys: "Enter", ...on(onOpen) },
    { id: "list.peek", title: `Peek at the ${noun}`, group: "List", keys: "Space", ...on(onPeek) },
    { id: "list.mark", title: `Select the ${noun}`, group: "List", keys: "x", ...on(onMark) },
  ]);
}
