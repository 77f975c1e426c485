"use client";

import clsx from "clsx";
import {
  Brain,
  Check,
  ChevronRight,
  FilePen,
  FileText,
  Globe,
  type LucideIcon,
  MoveRight,
  Search,
  ShieldAlert,
  ShieldX,
  SquareTerminal,
  Trash2,
  Wrench,
  X,
} from "lucide-react";
import dynamic from "next/dynamic";
import { memo, type ReactNode, useState } from "react";
import { Badge } from "#app/_ui/badge.tsx";
import { TextDiff } from "#app/_ui/text-diff.tsx";
import { Spinner } from "#app/_ui/spinner.tsx";
import type { PermissionStatus, ToolKind } from "./session-update.ts";
import { commandOf, inputText, pathWords, tookWords } from "./tool-words.ts";
import type { ToolEntry } from "./transcript.ts";

const AnsiLog = dynamic(() => import("#app/_ui/ansi-log.tsx").then((module) => module.AnsiLog));

const kinds: Record<ToolKind, { icon: LucideIcon; word: string }> = {
  read: { icon: FileText, word: "Read" },
  edit: { icon: FilePen, word: "Edit" },
  delete: { icon: Trash2, word: "Delete" },
  move: { icon: MoveRight, word: "Move" },
  search: { icon: Search, word: "Search" },
  execute: { icon: SquareTerminal, word: "Run" },
  fetch: { icon: Globe, word: "Fetch" },
  think: { icon: Brain, word: "Think" },
  other: { icon: Wrench, word: "Tool" },
};

/** What a tool of the agent does: one line, and behind it what went in and what came out. A change is shown at once. */
export const ToolCard = memo(function ToolCard({ tool, ask }: { tool: ToolEntry; ask?: ReactNode }) {
  const isAsked = tool.permission?.status === "pending";
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? (isAsked || tool.diff.length > 0 || tool.status === "failed");
  const { icon: Icon, word } = kinds[tool.toolKind];
  return (
    <section
      aria-label={`${word}: ${tool.title}`}
      className={clsx("overflow-hidden rounded-md border bg-surface", isAsked && "border-warning-line")}
    >
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setChosen(!open)}
        className="flex min-h-8 w-full items-center gap-2 px-2.5 py-1 text-left text-app -outline-offset-2 hover:bg-hover coarse:min-h-11"
      >
        <ChevronRight
          aria-hidden="true"
          className={clsx("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")}
        />
        <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" />
        <span className="min-w-0 grow truncate">
          <span className="sr-only">{word}: </span>
          {tool.title || word}
        </span>
        {tool.permission ? <PermissionBadge status={tool.permission.status} /> : null}
        <ToolState tool={tool} />
      </button>
      {open ? <ToolDetail tool={tool} ask={ask} /> : null}
    </section>
  );
});

function ToolDetail({ tool, ask }: { tool: ToolEntry; ask: ReactNode }) {
  const command = commandOf(tool.input);
  const input = command ?? (tool.diff.length > 0 ? "" : inputText(tool.input));
  return (
    <div className="flex flex-col gap-2 border-t p-2.5">
      {input ? (
        <pre
          tabIndex={0}
          aria-label={command ? "Command" : "What went in"}
          className="max-h-48 overflow-auto rounded-md bg-sunken px-3 py-2 font-mono text-small/5 break-words whitespace-pre-wrap -outline-offset-2"
        >
          {command ? <span className="text-faint select-none">$ </span> : null}
          {input}
        </pre>
      ) : null}
      {tool.diff.map((file) => (
        <TextDiff key={file.path} path={pathWords(file.path)} before={file.before} after={file.after} />
      ))}
      {tool.output ? <AnsiLog label="What came out" text={tool.output} className="max-h-72" /> : null}
      {tool.permission?.note ? <PermissionNote note={tool.permission.note} /> : null}
      {!input && tool.diff.length === 0 && !tool.output && !ask && !tool.permission?.note ? (
        <p className="text-small text-muted">
          {tool.status === "running" ? "Nothing came out yet." : "It said nothing."}
        </p>
      ) : null}
      {ask}
    </div>
  );
}

/** What was said with the answer. */
export function PermissionNote({ note }: { note: string }) {
  return <p className="border-l-2 pl-2.5 text-app break-words whitespace-pre-wrap text-muted">{note}</p>;
}

/** What became of the question whether it may. */
export function PermissionBadge({ status }: { status: PermissionStatus }) {
  if (status === "allowed") return null;
  if (status === "pending") {
    return (
      <Badge tone="warning" icon={<ShieldAlert />}>
        Asks
      </Badge>
    );
  }
  return (
    <Badge tone="danger" icon={<ShieldX />}>
      {status === "denied" ? "Denied" : "Not answered"}
    </Badge>
  );
}

function ToolState({ tool: { status, durationMs } }: { tool: ToolEntry }) {
  const took =
    durationMs === null ? null : <span className="text-small text-faint tabular-nums">{tookWords(durationMs)}</span>;
  if (status === "running" || status === "pending") {
    return (
      <span className="flex items-center gap-1.5 text-accent-text">
        {status === "running" ? <Spinner /> : null}
        <span className="sr-only">{status === "running" ? "Running" : "Not begun"}</span>
      </span>
    );
  }
  return (
    <span className="flex shrink-0 items-center gap-1.5">
      {took}
      {status === "completed" ? (
        <Check aria-label="Done" className="size-4 text-success" />
      ) : (
        <X aria-label="Failed" className="size-4 text-danger" />
      )}
    </span>
  );
}
