import { Cron } from "croner";

export const catchUpWords = {
  skip: "Let missed times go",
  once: "Once for all missed times",
  each: "Each missed time, 100 at most",
} as const;

/** Times that people set most, with their cron. */
export const commonTimes = [
  { value: "0 9 * * 1-5", label: "Weekdays at 9:00" },
  { value: "0 9 * * *", label: "Every day at 9:00" },
  { value: "0 9 * * 1", label: "Mondays at 9:00" },
  { value: "0 9 1 * *", label: "The first of each month at 9:00" },
  { value: "0 * * * *", label: "Every hour" },
] as const;

/** The next times of a cron in a zone, or none where one of them is not written right. */
export function nextTimes(cron: string, timeZone: string, count: number, from = new Date()): Date[] {
  try {
    return new Cron(cron, { timezone: timeZone, mode: "5-part", paused: true }).nextRuns(count, from);
  } catch {
    return [];
  }
}

/** A moment as a clock in that zone shows it: "Mon 23 Nov, 09:00". */
export function clockIn(timeZone: string, at: Date): string {
  const options = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(at);
}
