import { Skeleton } from "#app/_ui/skeleton.tsx";

/** As high as a page's head and its first section. */
export default function SettingsLoading() {
  return (
    <div
      role="status"
      aria-label="Loading the settings"
      className="mx-auto flex w-full max-w-4xl flex-col gap-6 px-4 py-6 sm:px-8"
    >
      <Skeleton className="h-13 w-72" />
      <Skeleton className="h-80 w-full" />
    </div>
  );
}
