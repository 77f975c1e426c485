"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

type NearSightProps = {
  /** About how high it will be, in pixels, before anybody has seen it. */
  height: number;
  label: string;
  id?: string;
  children: ReactNode;
};

/** What is drawn before it comes into sight, on either side. */
const margin = "1200px 0px";

/**
 * Draws what is dear only near the sight, and leaves a place of the same height elsewhere: of 200 diffs the dozen one can
 * scroll to. What has been in sight keeps its height, so nothing jumps on the way back.
 */
export function NearSight({ height, label, id, children }: NearSightProps) {
  const place = useRef<HTMLElement>(null);
  const [isNear, setNear] = useState(false);
  const [held, setHeld] = useState(height);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const watcher = new IntersectionObserver(
      (entries) => {
        const entry = entries.at(-1);
        if (!entry) return;
        // Where the focus is, or a selection begins, it stays.
        if (!entry.isIntersecting && element.contains(document.activeElement)) return;
        if (!entry.isIntersecting && entry.boundingClientRect.height > 0) setHeld(entry.boundingClientRect.height);
        setNear(entry.isIntersecting);
      },
      { root: scrollerOf(element), rootMargin: margin },
    );
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return (
    <section ref={place} id={id} aria-label={label} style={isNear ? undefined : { height: held }}>
      {isNear ? children : null}
    </section>
  );
}

/** What it scrolls in: a margin counts only around that, and what scrolls in between would cut it off. */
function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let around = element.parentElement; around; around = around.parentElement)
    if (/auto|scroll/.test(getComputedStyle(around).overflowY)) return around;
  return null;
}
