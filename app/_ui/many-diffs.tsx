"use client";

import { FileDiff } from "lucide-react";
import { useState } from "react";
import { Button } from "./button.tsx";
import { DiffView, type DiffViewProps } from "./diff-view.tsx";
import { NearSight } from "./near-sight.tsx";

type FileOfMany = DiffViewProps & { path: string; id?: string };

/** A file's diff beyond so many lines is shown when somebody asks for it: colouring it takes seconds. */
const mostLines = 1_000;
const lineHeight = 20;
const headHeight = 44;

/** One of many changed files: drawn near the sight alone, and folded when it is very long. */
export function OneOfManyDiffs({ path, id, ...diff }: FileOfMany) {
  const [isOpen, setOpen] = useState(false);
  const lines = linesOf(diff.patch);
  if (lines > mostLines && !isOpen) {
    return (
      <section
        id={id}
        aria-label={path}
        className="flex flex-wrap items-center gap-2 rounded-md border bg-surface px-3 py-2"
      >
        <FileDiff aria-hidden="true" className="size-4 shrink-0 text-muted" />
        <span className="min-w-0 grow truncate font-mono text-small" title={path}>
          {path}
        </span>
        <Button size="sm" onClick={() => setOpen(true)}>
          Show {lines.toLocaleString("en")} lines
        </Button>
      </section>
    );
  }
  return (
    <NearSight id={id} label={path} height={headHeight + lines * lineHeight}>
      <DiffView {...diff} />
    </NearSight>
  );
}

function linesOf(patch: string): number {
  let lines = 0;
  for (let at = patch.indexOf("@@"); at !== -1; at = patch.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
