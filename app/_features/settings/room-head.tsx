import type { ReactNode } from "react";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";

/** The head of a room: its name, one line of what stands there now, and its main button at the right. */
export function RoomHead({ title, summary, children }: { title: string; summary?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1.5">
      <h1 className="text-read font-semibold">{title}</h1>
      {summary ? <p className="text-app text-muted">{summary}</p> : null}
      {children ? <div className="ml-auto flex items-center gap-2">{children}</div> : null}
    </header>
  );
}

/** A room on its way: its name at once, its rows when they take longer. */
export function RoomSkeleton({ title }: { title: string }) {
  return (
    <>
      <RoomHead title={title} />
      <SkeletonRows count={8} label={`Loading ${title.toLowerCase()}`} />
    </>
  );
}
