import clsx from "clsx";

/** A place that will be filled. Give it the height of what comes, by class; it shows only past 200 ms. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span aria-hidden="true" className={clsx("block animate-appear", className)}>
      <span className="block h-full min-h-3 animate-shimmer rounded-sm bg-active motion-reduce:animate-none" />
    </span>
  );
}

/** Rows of the dense list before they are there: the same 32 pixels each. */
export function SkeletonRows({ count = 8, label = "Loading" }: { count?: number; label?: string }) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="flex h-8 items-center gap-3 border-b px-3">
          <Skeleton className="h-3 w-10" />
          <Skeleton className={clsx("h-3", index % 3 === 0 ? "w-1/2" : index % 3 === 1 ? "w-1/3" : "w-2/5")} />
        </div>
      ))}
    </div>
  );
}
