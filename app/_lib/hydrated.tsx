import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";

/** The answer of a query that the server has asked already. `path` is its place in the router: `tasks.board`. */
export type Answer = { path: string; input: object; data: unknown };

/** Hands answers over to the browser's cache: what is drawn on the server is there at once, and live from then on. */
export function Hydrated({ answers, children }: { answers: readonly Answer[]; children: ReactNode }) {
  const client = new QueryClient();
  // The shape of a key is tRPC's: the path as a list, then the input and the kind.
  for (const { path, input, data } of answers) client.setQueryData([path.split("."), { input, type: "query" }], data);
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
