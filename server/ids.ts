import { v7 } from "uuid";
import { z } from "zod";

/** An id: UUIDv7, so that rows made together lie together. */
export const newId = (): string => v7();

export const id = z.uuid().describe("An id, as another operation returned it.");

const NO_YEAR = "There is no year 0.";

/** A moment, as ISO 8601 text in UTC: one form for every door. */
export const isoTime = z.iso.datetime().refine(hasYear, NO_YEAR);

/** A day, as ISO 8601 text. */
export const isoDay = z.iso.date().refine(hasYear, NO_YEAR);

/** ISO 8601 counts a year 0; calendars, and PostgreSQL, do not. */
function hasYear(text: string): boolean {
  return !text.startsWith("0000");
}

/** Turns a task's title into the tail of its branch name: `Fix the log-in` → `fix-the-log-in`. */
export function slugOf(text: string, fallback = "task"): string {
  const slug = text
    .normalize("NFKD")
    .replace(/[^a-zA-Z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase()
    .slice(0, 48)
    .replace(/-+$/, "");
  return slug || fallback;
}
