/** Micro-dollars of what somebody wrote as dollars; undefined for an empty field. The field itself refuses other words. */
export const microsOf = (dollars: string): number | undefined =>
  dollars === "" ? undefined : Math.round(Number(dollars) * 1_000_000);
