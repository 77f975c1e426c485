export type DayCost = { day: string; dollars: number };

/** Every day of a period, also those on which nothing was spent: a gap in a chart is a zero, not nothing. */
export function everyDay(
  from: string,
  to: string,
  rows: readonly { key: string; costMicros: number }[],
): readonly DayCost[] {
  const spent = new Map(rows.map(({ key, costMicros }) => [key, costMicros / 1_000_000]));
  const days: DayCost[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    days.push({ day, dollars: spent.get(day) ?? 0 });
  }
  return days;
}
