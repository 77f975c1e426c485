"use client";

import { MultiFileDiff } from "@pierre/diffs/react";
import { useTheme } from "next-themes";
import { diffLook, diffThemes, letKeysScroll } from "./diff-look.ts";
import type { TextDiffProps } from "./text-diff.tsx";

/** See `TextDiff`, through which this is loaded. */
export function TextDiffFile({ path, before, after }: TextDiffProps) {
  const { resolvedTheme } = useTheme();
  const newFile = { name: path, contents: after };
  return (
    <div className="max-h-96 overflow-auto rounded-md border bg-surface">
      <MultiFileDiff
        oldFile={before === null ? null : { name: path, contents: before }}
        newFile={newFile}
        className={diffLook}
        disableWorkerPool
        options={{
          theme: diffThemes,
          themeType: resolvedTheme === "dark" ? "dark" : "light",
          diffStyle: "unified",
          diffIndicators: "classic",
          hunkSeparators: "line-info",
          overflow: "scroll",
          onPostRender: letKeysScroll,
        }}
      />
    </div>
  );
}
