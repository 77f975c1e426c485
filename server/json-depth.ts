/** How many levels of arrays and objects a JSON value has; stops counting past `limit`. Not by recursion: the value may be hostile. */
export function depthOf(value: unknown, limit: number): number {
  let level: unknown[] = [value];
  for (let depth = 0; ; depth++) {
    level = level.flatMap((inner): unknown[] => (isBranch(inner) ? Object.values(inner) : []));
    if (level.length === 0 || depth > limit) return depth;
  }
}

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Whether every number survives being written as JSON. The value is shallow. */
export const isFiniteThroughout = (value: unknown): boolean =>
  isBranch(value)
    ? Object.values(value).every(isFiniteThroughout)
    : typeof value !== "number" || Number.isFinite(value);
