"use client";

import { parseAsInteger, useQueryState } from "nuqs";
import { useCallback } from "react";

/** Which task is looked at beside the list, by number, in the URL: a link shows a colleague the same. */
export function usePeek() {
  const [peeked, set] = useQueryState("peek", parseAsInteger.withOptions({ history: "replace" }));
  const setPeeked = useCallback((number: number | null) => void set(number), [set]);
  return { peeked, setPeeked };
}
