"use client";

import dynamic from "next/dynamic";
import type { ReactNode } from "react";
import type { DiffSide } from "#db/enums.ts";
import { Skeleton } from "./skeleton.tsx";

export type DiffLayout = "unified" | "split";
/** Something that stands under one line of the diff: a comment, or the form of a new one. */
export type DiffNote = { id: string; side: DiffSide; line: number; content: ReactNode };

export type DiffViewProps = {
  /** The unified diff of one file, as git prints it. */
  patch: string;
  layout?: DiffLayout;
  notes?: readonly DiffNote[];
  /** A line was chosen to comment on, by the sign beside it or by its number. */
  onComment?: (side: DiffSide, line: number) => void;
  /** At the right of the file's name: counts, a mark "viewed". */
  head?: ReactNode;
};

/** One changed file with its line comments. Its code (highlighting included) is loaded when the first one is shown. */
export const DiffView = dynamic<DiffViewProps>(() => import("./diff-file.tsx").then((module) => module.DiffFile), {
  ssr: false,
  loading: () => (
    <div role="status" aria-label="Loading the diff" className="space-y-2 rounded-md border p-3">
      <Skeleton className="h-4 w-1/3" />
      <Skeleton className="h-40 w-full" />
    </div>
  ),
});
