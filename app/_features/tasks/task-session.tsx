"use client";

import Link from "next/link";
import { SquareTerminal } from "lucide-react";
import { useEffect, useState } from "react";
import { fetchSignedIn } from "#app/_lib/session.ts";
import { sessionHref } from "#app/_shell/rooms.ts";
import { StatusBadge } from "#app/_ui/status.tsx";
import { SessionStream } from "#app/_features/sessions/session-stream.ts";
import { isInTurn } from "#app/_features/sessions/session-words.ts";
import { readChunk } from "#app/_features/sessions/use-transcript.ts";
import type { SessionUpdate } from "#server/sessions/schema.ts";
import { lineOfLast } from "#server/sessions/words.ts";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { useWork } from "./work-context.tsx";

/** What streams comes in pieces of a few words: so many reach back to where a sentence began. */
const mostPieces = 40;

type TaskSessionProps = { session: NonNullable<TaskDetail["session"]> };

/** Where an agent works on the task, and the last line it said, as it says it. */
export function TaskSession({ session }: TaskSessionProps) {
  const { team, orgSlug } = useWork();
  const line = useLastLine(orgSlug, session);
  return (
    <Link
      href={sessionHref(orgSlug, team.id, session.id)}
      className="flex min-h-11 min-w-0 items-center gap-2.5 rounded-lg border border-line px-3 py-2 text-app hover:bg-hover"
    >
      <SquareTerminal aria-hidden="true" className="size-4 shrink-0 text-muted" />
      <span className="shrink-0">Session of {session.agent}</span>
      <StatusBadge of="session" status={session.status} />
      <span
        aria-live="off"
        title={line ?? undefined}
        className="min-w-0 flex-1 truncate font-mono text-label text-muted"
      >
        {line}
      </span>
    </Link>
  );
}

/** Follows the session from where the page was read, while its agent is at work. */
function useLastLine(orgSlug: string, { id, status, lastSeq, lastLine }: TaskSessionProps["session"]): string | null {
  const [heard, setHeard] = useState<string | null>(null);
  const [from] = useState(lastSeq);
  const isLive = isInTurn(status) || status === "initializing";
  useEffect(() => {
    if (!isLive) return;
    let told: SessionUpdate[] = [];
    const following = new SessionStream({
      open: (after, signal) =>
        fetchSignedIn(`/api/sessions/${id}/stream`, {
          headers: {
            accept: "text/event-stream",
            "x-entourage-org": orgSlug,
            "last-event-id": String(Math.max(after, from)),
          },
          cache: "no-store",
          signal,
        }),
      readChunk,
      onChunks: (chunks) => {
        told = [...chunks.map(({ update }) => update).toReversed(), ...told].slice(0, mostPieces);
        const line = lineOfLast(told);
        if (line) setHeard(line);
      },
      onState: () => undefined,
      schedule: (flush) => setTimeout(flush, 250),
    });
    return () => following.stop();
  }, [orgSlug, id, isLive, from]);
  return heard ?? lastLine;
}
