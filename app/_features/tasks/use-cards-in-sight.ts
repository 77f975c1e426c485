"use client";

import { useCallback, useEffect, useRef, useState } from "react";

/** Cards drawn past both edges, so that a quick scroll finds them there. */
const beyond = 4;
/** What the server draws, before anything can be measured. */
const drawnAtFirst = 8;

type Sight = { from: number; to: number };

/**
 * Which cards of a column are in sight, by their number; only those are in the page. All cards have one height, so two
 * divisions do what a library for rows of any height takes 11 kB of the first load for.
 */
export function useCardsInSight(count: number, step: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState<Sight>({ from: 0, to: drawnAtFirst });
  useEffect(() => {
    const node = scroller.current;
    if (!node) return;
    const look = () => {
      const from = Math.max(0, Math.floor(node.scrollTop / step) - beyond);
      const to = Math.ceil((node.scrollTop + node.clientHeight) / step) + beyond;
      setSight((known) => (known.from === from && known.to === to ? known : { from, to }));
    };
    look();
    const size = new ResizeObserver(look);
    size.observe(node);
    node.addEventListener("scroll", look, { passive: true });
    return () => {
      size.disconnect();
      node.removeEventListener("scroll", look);
    };
  }, [step]);
  /** Brings a card into view, by no more than it takes. */
  const scrollTo = useCallback(
    (place: number) => {
      const node = scroller.current;
      if (!node) return;
      const top = place * step;
      if (top < node.scrollTop) node.scrollTo({ top });
      else if (top + step > node.scrollTop + node.clientHeight) node.scrollTo({ top: top + step - node.clientHeight });
    },
    [step],
  );
  // A column that has become shorter than what was in sight shows its end.
  const to = Math.min(count, sight.to);
  return { scroller, from: Math.min(sight.from, Math.max(0, to - drawnAtFirst)), to, scrollTo };
}
