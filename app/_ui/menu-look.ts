import clsx from "clsx";

/** The surface of menus, selects and comboboxes. */
export const menuPopupClass = clsx(
  "max-h-(--available-height) min-w-44 max-w-80 origin-(--transform-origin) overflow-y-auto rounded-lg bg-raised p-1 text-ink shadow-popup outline-none",
  "transition-[opacity,scale] data-ending-style:scale-98 data-ending-style:opacity-0 data-instant:duration-0 data-starting-style:scale-98 data-starting-style:opacity-0",
);

/** One line of them. */
export const menuItemClass = clsx(
  "flex min-h-7 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-app outline-none select-none coarse:min-h-10",
  "data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0",
);
