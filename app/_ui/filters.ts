"use client";

import { parseAsArrayOf, parseAsString, throttle, useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { Option } from "./select.tsx";

/** One thing to filter by. `key` is its name in the URL. */
export type Filter = { key: string; label: string; options: readonly Option[] };

export type Filters = {
  /** What is chosen, by key; an empty list means everything. */
  chosen: Record<string, readonly string[]>;
  query: string;
  isActive: boolean;
  choose: (key: string, values: readonly string[]) => void;
  setQuery: (query: string) => void;
  clear: () => void;
};

/** Filters and the search words of a page. They live in the URL, so that a link shows a colleague the same list. */
export function useFilters(filters: readonly Filter[]): Filters {
  const keys = filters.map((filter) => filter.key).join(" ");
  const lists = useMemo(
    () =>
      Object.fromEntries(
        keys
          .split(" ")
          .filter(Boolean)
          .map((key) => [key, parseAsArrayOf(parseAsString).withDefault([])]),
      ),
    [keys],
  );
  const [chosen, setChosen] = useQueryStates(lists, { history: "replace" });
  const [words, setWords] = useQueryStates(
    { q: parseAsString.withDefault("") },
    { history: "replace", limitUrlUpdates: throttle(120) },
  );
  return {
    chosen,
    query: words.q,
    isActive: words.q !== "" || Object.values(chosen).some((values) => values.length > 0),
    choose: (key, values) => void setChosen({ [key]: values.length > 0 ? [...values] : null }),
    setQuery: (query) => void setWords({ q: query || null }),
    clear: () => {
      void setChosen(null);
      void setWords(null);
    },
  };
}
