import { Cron } from "croner";
import type { catchUpPolicies } from "#db/enums.ts";
import { AppError } from "../errors.ts";

export type CatchUp = (typeof catchUpPolicies)[number];

interface Timing {
  cron: string;
  timeZone: string;
}

const open = ({ cron, timeZone }: Timing) => new Cron(cron, { timezone: timeZone, mode: "5-part", paused: true });

/** The next due moment after one, in the time of the zone with its changes of the clock. Null: there is none. */
export const nextAfter = (timing: Timing, after: Date): Date | null => open(timing).nextRun(after);

/** Due moments from one (which is due) up to now, at most so many. */
export function dueUpTo(timing: Timing, first: Date, now: Date, most: number): Date[] {
  const due: Date[] = [];
  for (let at: Date | null = first; at && at <= now && due.length < most; at = nextAfter(timing, at)) due.push(at);
  return due;
}

/** @throws AppError invalid for a cron or zone that is none, or that is never due. */
export function refuseUntimely(timing: Timing, now: Date): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timing.timeZone });
  } catch {
    throw new AppError("invalid", `${timing.timeZone} is no time zone. Name one like Europe/Berlin or UTC.`);
  }
  let next: Date | null;
  try {
    next = nextAfter(timing, now);
  } catch {
    throw new AppError(
      "invalid",
      `cron: “${timing.cron}” names no moments. Give five parts: minute, hour, day, month, weekday, such as 0 9 * * 1-5.`,
    );
  }
  if (!next) throw new AppError("invalid", "cron: that moment never comes.");
}
