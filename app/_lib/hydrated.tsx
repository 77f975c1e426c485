"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState, useSyncExternalStore } from "react";

/** The answer of a query that the server has asked already. `path` is its place in the router: `tasks.board`. */
export type Answer = { path: string; input: object; data: unknown };

type HydratedProps = { answers: readonly Answer[]; children: ReactNode };

/**
 * Hands answers over to the browser's cache: what is drawn on the server is there at once, and live from then on. What
 * the cache holds already is left alone: realtime keeps it right, and a page that is gone back to brings old answers.
 * (The library's own boundary renews such data instead, and costs 5 kB.)
 *
 * Only while a page takes over what the server has drawn do the drawn answers count: the frame around it may have asked
 * for newer ones in between, and React would throw the page away over the difference. They are marked as old then, so
 * that the page asks anew as soon as it stands.
 */
export function Hydrated({ answers, children }: HydratedProps) {
  const client = useQueryClient();
  const isDrawn = useSyncExternalStore(
    never,
    () => false,
    () => true,
  );
  const [taken, setTaken] = useState<readonly Answer[] | null>(null);
  if (taken !== answers) {
    for (const { path, input, data } of answers) {
      // The shape of a key is tRPC's: the path as a list, then the input and the kind.
      const key = [path.split("."), { input, type: "query" }];
      const isHeld = client.getQueryData(key) !== undefined;
      if (isHeld && isDrawn) client.setQueryData(key, data, { updatedAt: 1 });
      else if (!isHeld) client.setQueryData(key, data);
    }
    setTaken(answers);
  }
  return children;
}

const never = () => () => {};
