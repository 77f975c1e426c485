"use client";

import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

export type Column<Row> = {
  id: string;
  title: string;
  /** Read aloud only: for columns of icons and buttons. */
  hideTitle?: boolean;
  align?: "start" | "end";
  /** Only wide screens have room for it. */
  wideOnly?: boolean;
  /** Takes the room that is left, and cuts its text. One column has it. */
  grow?: boolean;
  cell: (row: Row) => ReactNode;
};

type TableProps<Row> = {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** The row the keys stand on; `useListActions` of the shell moves it with j and k. */
  selected?: string | null;
  onSelect?: (key: string) => void;
  /** Enter and double press. */
  onOpen?: (key: string) => void;
};

/** A dense list with columns, 32 pixels a row. */
export function Table<Row>({ label, columns, rows, rowKey, selected, onSelect, onOpen }: TableProps<Row>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = useRef(selected);
  useEffect(() => {
    // What is selected when the page opens came from the URL: nobody pressed a key for it.
    if (shown.current === selected) return;
    shown.current = selected;
    const row = body.current?.querySelector<HTMLElement>("[aria-current=true]");
    if (!row) return;
    row.scrollIntoView({ block: "nearest" });
    // The focus goes along with the selection, but is never taken from something else on the page.
    const holder = document.activeElement;
    if (holder === document.body || body.current?.contains(holder)) row.focus({ preventScroll: true });
  }, [selected]);
  const reachable = rows.some((row) => rowKey(row) === selected) ? selected : rows[0] && rowKey(rows[0]);
  return (
    <ScrollHint>
      <table aria-label={label} className="w-full border-collapse text-app">
        <thead>
          <tr className="h-8 border-b text-small text-faint">
            {columns.map((column) => (
              <th key={column.id} scope="col" className={clsx("font-medium", cellClass(column))}>
                {column.hideTitle ? <span className="sr-only">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => {
            const key = rowKey(row);
            const isSelected = key === selected;
            return (
              <tr
                key={key}
                aria-current={isSelected || undefined}
                tabIndex={onSelect ? (key === reachable ? 0 : -1) : undefined}
                onClick={() => onSelect?.(key)}
                onDoubleClick={() => onOpen?.(key)}
                className={clsx(
                  "h-8 border-b -outline-offset-2 coarse:h-11",
                  isSelected ? "bg-selected" : onSelect && "hover:bg-hover",
                )}
              >
                {columns.map((column) => (
                  <td key={column.id} className={cellClass(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollHint>
  );
}

/** Scrolls sideways where it is wider than its place, and shows by a shade at the end that there is more. */
function ScrollHint({ children }: { children: ReactNode }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [hasMore, setHasMore] = useState(false);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => setHasMore(element.scrollWidth - element.clientWidth - element.scrollLeft > 4);
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    if (element.firstElementChild) watcher.observe(element.firstElementChild);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  return (
    <div className="relative">
      <div ref={scroller} className="relative overflow-x-auto">
        {children}
      </div>
      {hasMore ? (
        <span
          aria-hidden="true"
          data-scroll-hint=""
          className="pointer-events-none absolute inset-y-0 right-0 flex w-10 items-start justify-end bg-linear-to-l from-sunken to-transparent pt-1.5 pr-1 text-faint"
        >
          <ChevronRight className="size-4" />
        </span>
      ) : null}
    </div>
  );
}

function cellClass<Row>(column: Column<Row>): string {
  return clsx(
    "px-3 whitespace-nowrap",
    column.align === "end" ? "text-right" : "text-left",
    column.wideOnly && "max-md:hidden",
    column.grow && "w-full max-w-0 truncate max-sm:min-w-48",
  );
}
