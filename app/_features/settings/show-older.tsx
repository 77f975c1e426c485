import { Button } from "#app/_ui/button.tsx";

type ShowOlderProps = {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
  /** What the button says. */
  label?: string;
};

/** Brings the next page of a list; nothing where there is none. */
export function ShowOlder({ query, label = "Show older" }: ShowOlderProps) {
  if (!query.hasNextPage) return null;
  return (
    <div className="flex justify-center p-3">
      <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {label}
      </Button>
    </div>
  );
}
