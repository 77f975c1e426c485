import type { TaskType } from "#db/enums.ts";
import { AppError } from "../../errors.ts";

/** A link that may stand on a page: http or https, of sane length. Anything else is left out. */
export function webUrl(text: string | null | undefined): string | null {
  const url = text && text.length <= 2_000 ? URL.parse(text) : null;
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}

/** Two servers count their issues for themselves. */
export const hostOf = (address: string | null | undefined, fallback: string): string =>
  (address ? URL.parse(address)?.host : undefined) || fallback;

/**
 * A provider's time. GitLab also writes `2017-09-15 16:50:55 UTC`.
 * @throws AppError invalid for what is none.
 */
export function momentOf(text: string): Date {
  const moment = new Date(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/.test(text) ? text.replace(" ", "T").replace(" UTC", "Z") : text,
  );
  const year = moment.getUTCFullYear();
  if (Number.isNaN(moment.getTime()) || year < 1970 || year > 9999)
    throw new AppError("invalid", "The payload's time of change is none.");
  return moment;
}

/** What kind of work a label says it is. */
export function typeOf(labels: readonly string[]): TaskType {
  for (const label of labels.map((each) => each.toLowerCase())) {
    if (/\bbug\b/.test(label)) return "bug";
    if (/\bdoc(s|umentation)\b/.test(label)) return "docs";
    if (/\b(chore|maintenance|dependencies)\b/.test(label)) return "chore";
    if (/\btests?\b/.test(label)) return "test";
  }
  return "feature";
}
