import { Skeleton, SkeletonRows } from "#app/_ui/skeleton.tsx";

/** The page of a task before it is there. */
export function TaskSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading the task"
      className="mx-auto flex max-w-300 flex-col gap-4 px-4 pt-5 sm:px-6"
    >
      <Skeleton className="h-8 w-2/3" />
      <Skeleton className="h-40 w-full" />
      <SkeletonRows count={4} label="Loading" />
    </div>
  );
}
