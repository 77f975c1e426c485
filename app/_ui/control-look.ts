import clsx from "clsx";

/** The look of what can be written into, without the library behind fields: a search box needs only this. */
export const controlClass = clsx(
  "w-full rounded-md border border-line-strong bg-surface text-app text-ink placeholder:text-faint coarse:text-title",
  "transition-colors hover:border-control focus:border-focus focus:outline-2 focus:-outline-offset-1 focus:outline-focus",
  "disabled:bg-sunken disabled:text-faint data-invalid:border-danger data-invalid:focus:outline-danger",
);
