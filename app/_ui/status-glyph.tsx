import clsx from "clsx";
import type { ReactNode } from "react";

export type Glyph =
  | "dashed"
  | "ring"
  | "half"
  | "bars"
  | "eye"
  | "stamp"
  | "merge"
  | "cross"
  | "check"
  | "slash"
  | "clock"
  | "turn"
  | "flask";

const ring = <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />;
const disc = <circle cx="8" cy="8" r="7" fill="currentColor" />;
const line = { fill: "none", strokeWidth: 1.5, strokeLinecap: "round", strokeLinejoin: "round" } as const;
const inked = { ...line, stroke: "currentColor" };
// Cut out of a filled disc: takes the colour of the surface, so it works on both themes.
const cut = { ...line, stroke: "var(--surface)", strokeWidth: 1.75 };

/**
 * The shapes of every status. A rule to read them by: outlined still lives, filled is over; the shape alone tells
 * two statuses apart, the colour only helps.
 */
const shapes: Record<Glyph, ReactNode> = {
  dashed: (
    <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.2 2.1" />
  ),
  ring,
  half: (
    <>
      {ring}
      <path d="M8 4.25a3.75 3.75 0 0 1 0 7.5z" fill="currentColor" />
    </>
  ),
  bars: (
    <>
      {ring}
      <path d="M6.4 5.75v4.5M9.6 5.75v4.5" {...inked} />
    </>
  ),
  eye: (
    <>
      {ring}
      <circle cx="8" cy="8" r="2.25" fill="currentColor" />
    </>
  ),
  stamp: (
    <>
      {ring}
      <path d="m5.5 8.2 1.8 1.8 3.3-3.8" {...inked} />
    </>
  ),
  merge: (
    <>
      {ring}
      <path
        d="M5.4 10.6c2.6 0 2.9-5.2 5.2-5.2M5.4 5.4c1.2 0 1.7.9 2.2 1.9M8.9 4l1.9 1.4-1.9 1.5"
        {...inked}
        strokeWidth="1.3"
      />
    </>
  ),
  cross: (
    <>
      {disc}
      <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" {...cut} />
    </>
  ),
  check: (
    <>
      {disc}
      <path d="m5 8.3 2 2 4-4.4" {...cut} />
    </>
  ),
  slash: (
    <>
      {disc}
      <path d="M5.2 8h5.6" {...cut} />
    </>
  ),
  clock: (
    <>
      {ring}
      <path d="M8 4.75V8l2.1 1.6" {...inked} />
    </>
  ),
  turn: (
    <>
      {ring}
      <path d="M10.4 10.2c.5-2.6-1-3.6-4.6-3.6M7.4 4.9 5.6 6.6l1.8 1.7" {...inked} strokeWidth="1.3" />
    </>
  ),
  flask: (
    <>
      {ring}
      <path d="M6.9 4.7v2.4l-1.8 3.2c-.2.5 0 .9.5.9h4.8c.5 0 .7-.4.5-.9L9.1 7.1V4.7" {...inked} strokeWidth="1.2" />
    </>
  ),
};

/** One status shape, 16 pixels. `StatusIcon` chooses it; use this only for legends and graphs. */
export function StatusGlyph({ glyph, className }: { glyph: Glyph; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={clsx("size-4 shrink-0", className)}>
      {shapes[glyph]}
    </svg>
  );
}
