import { parseAsArrayOf, parseAsString } from "nuqs/server";
import { filterKeys, type TaskFilters, taskFilters } from "./task-filters.ts";

/** The filters in the address of a page, on the server; the same that the page reads. */
export function taskFiltersOfUrl(search: Record<string, string | string[] | undefined>): TaskFilters {
  const list = parseAsArrayOf(parseAsString).withDefault([]);
  const read = (key: string) => list.parseServerSide(search[key]);
  const chosen = Object.fromEntries(filterKeys.map((key) => [key, read(key)]));
  return taskFilters(parseAsString.withDefault("").parseServerSide(search.q), chosen);
}
