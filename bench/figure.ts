/** One measured figure as one JSON line on standard output. */
export function figure(values: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(values)}\n`);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The q-th quantile of the values, nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** Milliseconds since 1970 with fractions, the same in every process of this machine. */
export const now = (): number => performance.timeOrigin + performance.now();
