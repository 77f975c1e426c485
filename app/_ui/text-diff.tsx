"use client";

import dynamic from "next/dynamic";
import { Skeleton } from "./skeleton.tsx";

export type TextDiffProps = {
  path: string;
  /** Null: the file is new. */
  before: string | null;
  after: string;
};

/** What a file was and what it became. Its code (highlighting included) is loaded when the first one is shown. */
export const TextDiff = dynamic<TextDiffProps>(
  () => import("./text-diff-file.tsx").then((module) => module.TextDiffFile),
  {
    ssr: false,
    loading: () => (
      <div role="status" aria-label="Loading the change" className="rounded-md border p-3">
        <Skeleton className="h-16 w-full" />
      </div>
    ),
  },
);
