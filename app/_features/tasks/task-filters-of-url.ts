import { createLoader, parseAsArrayOf, parseAsString } from "nuqs/server";
import { filterKeys, type TaskFilters, taskFilters } from "./task-filters.ts";

const loadQuery = createLoader({ q: parseAsString.withDefault("") });
const loadChosen = createLoader(
  Object.fromEntries(filterKeys.map((key) => [key, parseAsArrayOf(parseAsString).withDefault([])])),
);

/** The filters in the address of a page, on the server; the same that the page reads. */
export function taskFiltersOfUrl(search: Record<string, string | string[] | undefined>): TaskFilters {
  return taskFilters(loadQuery(search).q, loadChosen(search));
}
