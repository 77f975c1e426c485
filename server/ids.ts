import { v7 } from "uuid";
import { z } from "zod";

/** An id: UUIDv7, so that rows made together lie together. */
export const newId = (): string => v7();

export const id = z.uuid().describe("An id, as another operation returned it.");

/** A moment, as ISO 8601 text in UTC: one form for every door. */
export const isoTime = z.iso.datetime();

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
