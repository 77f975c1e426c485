import type { ReactNode } from "react";
import { Button } from "#app/_ui/button.tsx";
import { ErrorState } from "#app/_ui/empty-state.tsx";
import { refusalOf } from "./refusal.ts";

type Query<Data> = { data: Data | undefined; error: unknown; refetch: () => Promise<unknown> };

type LoadedProps<Data> = {
  query: Query<Data>;
  /** As high as what comes. */
  skeleton: ReactNode;
  /** What could not be read: "The agents". */
  what: string;
  children: (data: Data) => ReactNode;
};

/** What a query answered; before that its place, after a failure what happened and the way to try again. */
export function Loaded<Data>({ query, skeleton, what, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (!query.error) return skeleton;
  return (
    <ErrorState
      title={`${what} could not be read`}
      action={<Button onClick={() => void query.refetch()}>Try again</Button>}
    >
      {refusalOf(query.error)}
    </ErrorState>
  );
}
