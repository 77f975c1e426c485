"use client";

import { PatchDiff } from "@pierre/diffs/react";
import { MessageSquarePlus } from "lucide-react";
import { useTheme } from "next-themes";
import { type SubmitEvent, useState } from "react";
import type { DiffSide } from "#db/enums.ts";
import { Button } from "./button.tsx";
import { diffLook, diffThemes, letKeysScroll } from "./diff-look.ts";
import type { DiffNote, DiffViewProps } from "./diff-view.tsx";
import { Field } from "./field.tsx";
import { IconButton } from "./icon-button.tsx";
import { Input } from "./input.tsx";
import { Popover } from "./popover.tsx";
import { Segmented } from "./segmented.tsx";

/** See `DiffView`, through which this is loaded. */
export function DiffFile({ patch, layout = "unified", notes = [], onComment, head }: DiffViewProps) {
  const { resolvedTheme } = useTheme();
  const comment = (side: "additions" | "deletions" | undefined, line: number) =>
    onComment?.(side === "deletions" ? "old" : "new", line);
  return (
    <div className="overflow-hidden rounded-md border bg-surface">
      <PatchDiff<DiffNote>
        patch={patch}
        className={diffLook}
        disableWorkerPool
        options={{
          theme: diffThemes,
          themeType: resolvedTheme === "dark" ? "dark" : "light",
          diffStyle: layout,
          diffIndicators: "classic",
          hunkSeparators: "line-info",
          overflow: "scroll",
          onPostRender: letKeysScroll,
          enableGutterUtility: onComment !== undefined,
          onGutterUtilityClick: (range) => comment(range.endSide ?? range.side, range.end),
        }}
        lineAnnotations={notes.map((note) => ({
          side: note.side === "old" ? "deletions" : "additions",
          lineNumber: note.line,
          metadata: note,
        }))}
        renderAnnotation={(annotation) => (
          <div className="max-w-2xl p-2 font-sans text-app whitespace-normal">{annotation.metadata.content}</div>
        )}
        renderHeaderMetadata={() => (
          <span className="flex items-center gap-2 font-sans">
            {head}
            {onComment ? <CommentByNumber onComment={onComment} /> : null}
          </span>
        )}
      />
    </div>
  );
}

/** The way to comment without a mouse: say the line. */
function CommentByNumber({ onComment }: { onComment: (side: DiffSide, line: number) => void }) {
  const [open, setOpen] = useState(false);
  const [side, setSide] = useState<DiffSide>("new");
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const line = Number(new FormData(event.currentTarget).get("line"));
    if (!Number.isInteger(line) || line < 1) return;
    setOpen(false);
    onComment(side, line);
  };
  return (
    <Popover
      title="Comment on a line"
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={<IconButton size="sm" label="Comment on a line" icon={<MessageSquarePlus />} />}
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Segmented
          label="Version"
          value={side}
          onValueChange={setSide}
          options={[
            { value: "new", label: "After" },
            { value: "old", label: "Before" },
          ]}
        />
        <Field label="Line" name="line">
          <Input name="line" type="number" min={1} step={1} required />
        </Field>
        <Button type="submit" variant="primary" size="sm">
          Write a comment
        </Button>
      </form>
    </Popover>
  );
}
