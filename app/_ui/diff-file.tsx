"use client";

import { PatchDiff } from "@pierre/diffs/react";
import { MessageSquarePlus } from "lucide-react";
import { useTheme } from "next-themes";
import { type SubmitEvent, useState } from "react";
import type { DiffSide } from "#db/enums.ts";
import { Button } from "./button.tsx";
import type { DiffNote, DiffViewProps } from "./diff-view.tsx";
import { Field } from "./field.tsx";
import { IconButton } from "./icon-button.tsx";
import { Input } from "./input.tsx";
import { Popover } from "./popover.tsx";
import { Segmented } from "./segmented.tsx";

// The library draws in a shadow root; these names are its own, the values are our tokens.
const look =
  "[--diffs-font-family:var(--font-geist-mono),monospace] [--diffs-header-font-family:var(--font-geist-sans),sans-serif] [--diffs-font-size:12px] [--diffs-line-height:20px] [--diffs-light-bg:var(--surface)] [--diffs-dark-bg:var(--surface)] [--diffs-addition-color-override:var(--success)] [--diffs-deletion-color-override:var(--danger)] [--diffs-bg-addition-override:var(--diff-line-added)] [--diffs-bg-deletion-override:var(--diff-line-removed)] [--diffs-bg-addition-emphasis-override:var(--diff-word-added)] [--diffs-bg-deletion-emphasis-override:var(--diff-word-removed)]";

/** See `DiffView`, through which this is loaded. */
export function DiffFile({ patch, layout = "unified", notes = [], onComment, head }: DiffViewProps) {
  const { resolvedTheme } = useTheme();
  const comment = (side: "additions" | "deletions" | undefined, line: number) =>
    onComment?.(side === "deletions" ? "old" : "new", line);
  return (
    <div className="overflow-hidden rounded-md border bg-surface">
      <PatchDiff<DiffNote>
        patch={patch}
        className={look}
        disableWorkerPool
        options={{
          // The only themes of the library whose every colour can be read on the tints of a change.
          theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
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

// Long lines scroll sideways, so the keyboard must be able to stand in them.
function letKeysScroll(node: HTMLElement): void {
  for (const code of node.shadowRoot?.querySelectorAll<HTMLElement>("code[data-code]") ?? []) code.tabIndex = 0;
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
