/** How long to wait before the next try, ms: longer each time, and never the same for all who lost the same server. */
export const backOffMs = (failures: number): number =>
  Math.min(10_000, 250 * 2 ** failures) * (0.5 + Math.random() / 2);
