"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useEffect, useState } from "react";
import { fetchSignedIn } from "#app/_lib/session.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { LiveDot } from "#app/_ui/live-dot.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { followTurns, joinLog, type TurnLog } from "./turn-log.ts";

type TurnViewProps = { orgSlug: string; number: number };

/** What a model does on a task, folded: one line that says how far it is; open, its words as they come. */
export function TurnView({ orgSlug, number }: TurnViewProps) {
  const task = String(number);
  // What is asked for the line alone brings no words; the stream has them while it is open.
  const { data } = useQuery(useTRPC().turns.log.queryOptions({ task, fromEntry: 1_000_000 }));
  const [isOpen, setIsOpen] = useState(false);
  const [turn] = data?.turns ?? [];
  if (!turn) return null;
  return (
    <details
      className="group rounded-md border"
      data-turn={turn.status}
      onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}
    >
      <summary className="flex cursor-pointer list-none flex-wrap items-center gap-2 rounded-md px-3 py-2 text-app hover:bg-hover">
        <ChevronRight aria-hidden="true" className="size-4 text-faint transition-transform group-open:rotate-90" />
        {turn.status === "running" ? <LiveDot state="held" label="It works now" /> : null}
        <span className="font-medium">What the model does</span>
        <Badge>{words[turn.status]}</Badge>
        <span className="min-w-0 truncate text-muted">{turn.model ?? ""}</span>
        <span className="ml-auto text-small text-faint">
          {turn.attempt > 1 ? `try ${turn.attempt}, ` : ""}
          <RelativeTime at={turn.startedAt} />
        </span>
      </summary>
      {isOpen ? <LiveLog orgSlug={orgSlug} task={task} /> : null}
    </details>
  );
}

const words: Record<TurnLog["turns"][number]["status"], string> = {
  running: "Working",
  parked: "Waits for people",
  handed_back: "Handed back",
  finished: "Finished",
  failed: "Failed",
};

function LiveLog({ orgSlug, task }: { orgSlug: string; task: string }) {
  const [log, setLog] = useState<TurnLog>();
  useEffect(
    () =>
      followTurns({
        open: (signal) =>
          fetchSignedIn(`/api/tasks/${task}/turns`, {
            headers: { accept: "text/event-stream", "x-entourage-org": orgSlug },
            cache: "no-store",
            signal,
          }),
        onLog: (came, isFirst) => setLog((so) => joinLog(isFirst ? undefined : so, came)),
      }),
    [orgSlug, task],
  );
  if (!log) return <SkeletonRows count={3} label="Opening the log" />;
  const speaking = log.parts.map(({ kind, text }) => (kind === "text" || kind === "reasoning" ? text : "")).join("");
  return (
    <ol aria-label="Log of the model" className="flex max-h-160 flex-col gap-2 overflow-y-auto border-t p-3">
      {log.entries.map((entry, place) => (
        <Entry key={`${entry.number} ${place}`} entry={entry} />
      ))}
      {speaking ? (
        <li aria-live="off" className="text-app break-words whitespace-pre-wrap" data-speaking>
          {speaking}
        </li>
      ) : null}
      {log.entries.length === 0 && !speaking ? (
        <li className="text-app text-muted">It has not said anything yet.</li>
      ) : null}
    </ol>
  );
}

/** Words stand as they are; what is long or technical is folded behind its first line. */
function Entry({ entry: { role, kind, text } }: { entry: TurnLog["entries"][number] }) {
  const isSaid = role === "assistant" && kind === "text";
  if (!text.trim()) return null;
  if (isSaid) return <li className="text-app break-words whitespace-pre-wrap">{text}</li>;
  return (
    <li>
      <details className="text-small">
        <summary className="cursor-pointer truncate rounded-sm text-muted hover:text-ink">
          <span className="font-medium">{labelOf(role, kind)}</span> {text.trim().split("\n")[0]?.slice(0, 160)}
        </summary>
        <pre
          className="mt-1 max-h-72 overflow-auto rounded-md border bg-sunken p-2 font-mono text-small break-words whitespace-pre-wrap"
          tabIndex={0}
          aria-label={labelOf(role, kind)}
        >
          {text}
        </pre>
      </details>
    </li>
  );
}

function labelOf(role: string, kind: string): string {
  if (kind === "tool-call") return "Calls";
  if (kind === "tool-result") return "Answer";
  if (kind === "reasoning") return "Thinks";
  return role === "user" ? "Told" : "Says";
}
