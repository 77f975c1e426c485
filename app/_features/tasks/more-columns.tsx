"use client";

import { ChevronRight } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";

type MoreColumnsProps = {
  root: RefObject<HTMLDivElement | null>;
  /** Names the columns that stand there: others are another width. */
  columns: string;
};

/** Says that columns stand beyond the right edge, and goes there. With the keys one walks there by itself. */
export function MoreColumns({ root, columns }: MoreColumnsProps) {
  const [isMore, setMore] = useState(false);
  useEffect(() => {
    const place = root.current;
    if (!place) return;
    const look = () => setMore(place.scrollLeft + place.clientWidth < place.scrollWidth - 16);
    const sized = new ResizeObserver(look);
    sized.observe(place);
    place.addEventListener("scroll", look, { passive: true });
    return () => {
      sized.disconnect();
      place.removeEventListener("scroll", look);
    };
  }, [root, columns]);
  if (!isMore) return null;
  return (
    <div className="pointer-events-none absolute inset-y-0 right-0 hidden w-10 items-center justify-end bg-linear-to-l from-canvas to-transparent pr-1 sm:flex">
      <button
        type="button"
        tabIndex={-1}
        aria-label="More columns to the right"
        title="More columns to the right"
        onClick={() => root.current?.scrollBy({ left: root.current.clientWidth / 2, behavior: "smooth" })}
        className="pointer-events-auto flex size-8 items-center justify-center rounded-full border bg-surface text-muted shadow-popup hover:text-ink"
      >
        <ChevronRight aria-hidden="true" className="size-4" />
      </button>
    </div>
  );
}
