import { Progress as BaseProgress } from "@base-ui/react/progress";
import clsx from "clsx";

type ProgressProps = {
  /** What is being done: "Cloning the repository". */
  label: string;
  /** 0 to 100; null while nobody can know. */
  value: number | null;
  /** Instead of the percentage: "3 of 8". */
  detail?: string;
  hideLabel?: boolean;
};

/** For anything that takes more than a second. */
export function Progress({ label, value, detail, hideLabel = false }: ProgressProps) {
  return (
    <BaseProgress.Root value={value} className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1.5">
      <BaseProgress.Label className={clsx(hideLabel ? "sr-only" : "truncate text-app text-muted")}>
        {label}
      </BaseProgress.Label>
      {hideLabel ? null : (
        <span className="text-small/5 text-faint">{detail ?? (value === null ? "" : <BaseProgress.Value />)}</span>
      )}
      <BaseProgress.Track className="col-span-2 h-1 overflow-hidden rounded-full bg-active">
        <BaseProgress.Indicator
          className={clsx(
            "h-full rounded-full bg-accent transition-[width]",
            value === null && "w-full animate-shimmer",
          )}
        />
      </BaseProgress.Track>
    </BaseProgress.Root>
  );
}
