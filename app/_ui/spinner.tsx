import clsx from "clsx";

/** A sign of work. It stays invisible for its first 200 ms, so that quick answers never flicker. */
export function Spinner({ label, immediate = false }: { label?: string; immediate?: boolean }) {
  return (
    <span
      role={label ? "status" : undefined}
      className={clsx("inline-flex items-center gap-2", !immediate && "animate-appear")}
    >
      <svg aria-hidden="true" viewBox="0 0 16 16" className="size-3.5 animate-spin motion-reduce:animate-none">
        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeOpacity="0.25" strokeWidth="1.5" />
        <path
          d="M8 1.75a6.25 6.25 0 0 1 6.25 6.25"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
        />
      </svg>
      {label ? <span className="text-app text-muted">{label}</span> : null}
    </span>
  );
}
