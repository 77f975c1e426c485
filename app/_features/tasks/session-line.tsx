"use client";

import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { SquareTerminal } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { sessionHref } from "#app/_shell/rooms.ts";
import { Age } from "#app/_ui/relative-time.tsx";
import type { Card } from "#server/tasks/schema.ts";

type SessionLineProps = { card: Card; orgSlug: string };

/**
 * What the agent in whose hand a task is does this moment, and for how long, on the way to its session. All cards share
 * one question, which realtime keeps true; the place of the line is kept free on every card, so that none jumps.
 */
export function SessionLine({ card, orgSlug }: SessionLineProps) {
  const isInHand = card.status === "in_progress" || card.status === "blocked";
  return isInHand && card.assignee?.kind === "agent" ? <Line card={card} orgSlug={orgSlug} /> : null;
}

function Line({ card: { id, teamId }, orgSlug }: SessionLineProps) {
  const { data: session } = useQuery(
    useTRPC().sessions.atWork.queryOptions(
      { teamId },
      { select: ({ sessions }) => sessions.find(({ taskId }) => taskId === id) },
    ),
  );
  if (!session) return null;
  const isQuiet = session.status === "ready" || session.status === "paused";
  const words = session.line ?? (session.status === "initializing" ? "Prepares its sandbox" : "Begins");
  return (
    <Link
      href={sessionHref(orgSlug, teamId, session.id)}
      prefetch={false}
      tabIndex={-1}
      draggable={false}
      title={`${session.agent}: ${words}. Open its session`}
      // The card beneath would open its peek.
      onClick={(event) => event.stopPropagation()}
      className={clsx(
        "-mx-1 flex h-4 items-center gap-1 rounded-sm px-1 text-small hover:bg-hover",
        isQuiet ? "text-faint" : "text-muted",
      )}
    >
      <SquareTerminal aria-hidden="true" className="size-3 shrink-0" />
      <span className="min-w-0 grow truncate">{words}</span>
      <span className="shrink-0 text-faint">
        <Age since={session.at} label="Since" />
      </span>
    </Link>
  );
}
