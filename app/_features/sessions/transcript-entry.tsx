"use client";

import clsx from "clsx";
import { Brain, ChevronRight, CircleAlert, HelpCircle, ListChecks, ShieldAlert } from "lucide-react";
import { memo, type ReactNode, useState } from "react";
import { Avatar } from "#app/_ui/avatar.tsx";
import { duration } from "#app/_ui/format.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { StatusGlyph } from "#app/_ui/status-glyph.tsx";
import { AgentText } from "./agent-text.tsx";
import { AttachedNames } from "./attachment-chips.tsx";
import type { PlanEntry } from "./session-update.ts";
import { PermissionBadge, PermissionNote, ToolCard } from "./tool-card.tsx";
import type { Entry } from "./transcript.ts";

type TranscriptEntryProps = {
  entry: Entry;
  agent: string;
  /** It may still grow: the last of a turn that runs. */
  isGrowing: boolean;
  /** The form that answers what it asks. */
  ask: ReactNode;
};

/** One thing that was said or done. */
export const TranscriptEntry = memo(function TranscriptEntry({ entry, agent, isGrowing, ask }: TranscriptEntryProps) {
  switch (entry.kind) {
    case "user":
      return <Said by={entry.by} at={entry.at} text={entry.text} files={entry.files} />;
    case "text":
      return (
        <div role="group" aria-label={`Written by ${agent}, an agent`}>
          <AgentText text={entry.text} isGrowing={isGrowing} />
        </div>
      );
    case "thought":
      return <Thought text={entry.text} isGrowing={isGrowing} />;
    case "tool":
      return <ToolCard tool={entry} ask={ask} />;
    case "plan":
      return <PlanSteps entries={entry.entries} />;
    case "permission":
      return (
        <Asked icon={<ShieldAlert />} title={entry.title} end={<PermissionBadge status={entry.status} />}>
          {entry.note ? <PermissionNote note={entry.note} /> : null}
          {ask}
        </Asked>
      );
    case "question":
      return (
        <Asked
          icon={<HelpCircle />}
          title={entry.text}
          end={entry.status === "pending" ? null : entry.status === "answered" ? "Answered" : "Not answered"}
        >
          {ask}
        </Asked>
      );
    case "mode":
      return <p className="text-small text-faint">The mode is {entry.mode} now.</p>;
    case "error":
      return (
        <p
          role="alert"
          className="flex items-start gap-2 rounded-md border border-danger-line bg-danger-soft px-3 py-2 text-app"
        >
          <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-danger" />
          <span className="min-w-0 break-words whitespace-pre-wrap">{entry.message}</span>
        </p>
      );
    case "end":
      return <TurnEnd stopReason={entry.stopReason} seconds={entry.seconds} />;
    default:
      return entry satisfies never;
  }
});

type SaidProps = { by: string; at: string; text: string; files: readonly string[] };

function Said({ by, at, text, files }: SaidProps) {
  return (
    <div
      role="group"
      aria-label={`Written by ${by}`}
      className="flex flex-col gap-1 rounded-md border bg-sunken px-3 py-2"
    >
      <p className="flex items-center gap-1.5 text-small">
        <Avatar name={by} size={16} />
        <span className="font-medium">{by}</span>
        <span className="text-faint">
          <RelativeTime at={at} />
        </span>
      </p>
      {text ? <p className="text-read break-words whitespace-pre-wrap">{text}</p> : null}
      <AttachedNames names={files} />
    </div>
  );
}

/** What an agent thinks is folded: its last words while it does, all of it when one wants to. */
function Thought({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <section aria-label="Thinking" className="text-small text-muted">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-6 w-full items-center gap-1.5 rounded-sm text-left hover:text-ink coarse:min-h-11"
      >
        <ChevronRight
          aria-hidden="true"
          className={clsx("size-3.5 shrink-0 transition-transform", open && "rotate-90")}
        />
        <Brain aria-hidden="true" className="size-3.5 shrink-0" />
        <span className="shrink-0">{isGrowing ? "Thinking" : "Thought"}</span>
        {open ? null : <span className="min-w-0 truncate text-faint">{lastLine(text)}</span>}
      </button>
      {open ? <p className="border-l-2 pt-1 pl-3 break-words whitespace-pre-wrap">{text}</p> : null}
    </section>
  );
}

const lastLine = (text: string) => text.trimEnd().slice(text.trimEnd().lastIndexOf("\n") + 1);

const stepFaces = {
  pending: { glyph: "ring", tone: "text-faint", word: "To do" },
  in_progress: { glyph: "half", tone: "text-accent-text", word: "In progress" },
  completed: { glyph: "check", tone: "text-success", word: "Done" },
} as const;

function PlanSteps({ entries }: { entries: readonly PlanEntry[] }) {
  const done = entries.filter(({ status }) => status === "completed").length;
  return (
    <section aria-label="Plan of the agent" className="rounded-md border bg-surface px-3 py-2">
      <p className="flex items-center gap-1.5 pb-1 text-small font-medium text-muted">
        <ListChecks aria-hidden="true" className="size-3.5" />
        Plan
        <span className="font-normal text-faint tabular-nums">
          {done} of {entries.length}
        </span>
      </p>
      <ul className="flex flex-col gap-1">
        {entries.map(({ content, status }, index) => (
          // A plan is told anew as a whole: the place of a step is who it is.
          <li key={index} className="flex items-start gap-2 text-app">
            <span className={clsx("mt-0.5", stepFaces[status].tone)}>
              <StatusGlyph glyph={stepFaces[status].glyph} />
              <span className="sr-only">{stepFaces[status].word}: </span>
            </span>
            <span className={clsx("min-w-0 break-words", status === "completed" && "text-muted")}>{content}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Asked({
  icon,
  title,
  end,
  children,
}: {
  icon: ReactNode;
  title: string;
  end: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="flex flex-col gap-2 rounded-md border bg-surface p-2.5">
      <p className="flex items-start gap-2 text-app [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted">
        {icon}
        <span className="min-w-0 grow break-words whitespace-pre-wrap">{title}</span>
        <span className="shrink-0 text-small text-muted">{end}</span>
      </p>
      {children}
    </section>
  );
}

const stopWords: Record<string, string> = {
  cancelled: "Stopped by you",
  max_tokens: "Stopped: the answer reached the model’s limit",
  max_turn_requests: "Stopped: too many steps in one turn",
  refusal: "The model refused to go on",
  failed: "Stopped by the failure above",
  interrupted: "Broken off",
};

function TurnEnd({ stopReason, seconds }: { stopReason: string | null; seconds: number | null }) {
  const word =
    stopReason === null || stopReason === "end_turn" ? null : (stopWords[stopReason] ?? `Stopped: ${stopReason}`);
  return (
    <p className="flex items-center gap-2 py-1 text-small text-faint">
      <span className="h-px grow bg-line" aria-hidden="true" />
      {[word, seconds === null ? null : duration(seconds)].filter(Boolean).join(" · ") || "Ended"}
      <span className="h-px grow bg-line" aria-hidden="true" />
    </p>
  );
}
