import { Skeleton } from "#app/_ui/skeleton.tsx";
import { cardHeight } from "./task-card.tsx";

/** The board before it is there: the same bar, the same columns, cards of the same height. */
export function BoardSkeleton() {
  return (
    <div role="status" aria-label="Loading the board" className="flex h-full min-h-0 flex-col">
      <div className="flex h-11 items-center gap-2 px-3">
        <Skeleton className="h-7 w-56" />
      </div>
      <div className="flex min-h-0 grow gap-2 overflow-hidden px-3 pb-3">
        {[4, 2, 1, 1, 3].map((count, index) => (
          <div
            key={index}
            className="flex w-[86vw] shrink-0 flex-col gap-2 rounded-lg bg-sunken p-2 sm:w-60 sm:grow sm:basis-0 sm:min-w-56"
          >
            <Skeleton className="h-5 w-24" />
            {Array.from({ length: count }, (_, row) => (
              <div key={row} style={{ height: cardHeight }}>
                <Skeleton className="h-full" />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
