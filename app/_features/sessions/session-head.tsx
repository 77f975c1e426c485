"use client";

import { ChevronLeft, GitFork } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { focusNow } from "#app/_features/tasks/focus-now.ts";
import { roomHref, sessionHref, taskHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { money, tokenCount } from "#app/_ui/format.ts";
import { Input } from "#app/_ui/input.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import type { Session } from "#server/sessions/schema.ts";
import { SessionFlags } from "./session-flags.tsx";
import { SessionMenu } from "./session-menu.tsx";
import type { StreamState } from "./session-stream.ts";
import type { Transcript } from "./transcript.ts";
import { useSessionChanges } from "./use-session-changes.ts";

type SessionHeadProps = {
  orgSlug: string;
  session: Session;
  agent: string;
  possible: readonly string[];
  usage: Transcript["usage"];
  /** What it was told first; null where nothing was said yet. */
  firstWords: string | null;
  stream: StreamState;
};

/** What the session is, where it stands and what it costs, in one line that stays. */
export function SessionHead({ orgSlug, session, agent, possible, usage, firstWords, stream }: SessionHeadProps) {
  const [isRenaming, setRenaming] = useState(false);
  const { rename } = useSessionChanges();
  // The stream tells it first, the books tell all of it: whichever is further.
  const tokens = Math.max(
    usage.inputTokens + usage.outputTokens,
    session.inputTokens + session.outputTokens + session.cacheReadTokens + session.cacheWriteTokens,
  );
  const cost = Math.max(usage.costMicros, session.costMicros);
  return (
    <header className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1.5">
      <Link
        href={roomHref(orgSlug, session.teamId, "sessions")}
        aria-label="All sessions"
        className="rounded-sm text-muted hover:text-ink"
      >
        <ChevronLeft aria-hidden="true" className="size-4" />
      </Link>
      {isRenaming ? (
        <form
          aria-label="Name of the session"
          onSubmit={(event) => {
            event.preventDefault();
            const name = new FormData(event.currentTarget).get("name");
            if (typeof name === "string" && name.trim() !== "") void rename.apply({ sessionId: session.id, name });
            setRenaming(false);
          }}
        >
          <Input
            ref={focusNow}
            name="name"
            aria-label="Name"
            defaultValue={session.name}
            maxLength={200}
            onBlur={() => setRenaming(false)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setRenaming(false);
            }}
            className="w-72 max-w-full"
          />
        </form>
      ) : (
        <h1 className="min-w-0 max-w-md truncate text-read font-semibold" title={session.name}>
          {session.name}
        </h1>
      )}
      <StatusBadge of="session" status={session.status} />
      <span className="max-sm:hidden">
        <Badge tone="agent">{agent}</Badge>
      </span>
      {session.task ? (
        <Link
          href={taskHref(orgSlug, session.task.number)}
          title={session.task.title}
          className="text-app text-muted hover:text-ink hover:underline"
        >
          #{session.task.number}
        </Link>
      ) : null}
      {session.parentId ? (
        <Link
          href={sessionHref(orgSlug, session.teamId, session.parentId)}
          title={
            session.workspaceId
              ? "It works in the same working copy as the session it was forked from"
              : "To the session it was forked from"
          }
          className="inline-flex items-center gap-1 text-small text-muted hover:text-ink hover:underline"
        >
          <GitFork aria-hidden="true" className="size-3.5" />
          {session.workspaceId ? "Fork, in the same working copy" : "Fork"}
        </Link>
      ) : null}
      <SessionFlags sessionId={session.id} />
      {stream.state === "stale" ? (
        <span role="status" className="text-small text-warning">
          Reconnecting…
        </span>
      ) : null}
      <span className="ml-auto text-small text-muted tabular-nums" title={`${tokens} tokens`}>
        {tokenCount(tokens)} tokens · {money(cost)}
      </span>
      <SessionMenu
        orgSlug={orgSlug}
        session={session}
        possible={possible}
        firstWords={firstWords}
        onRename={() => setRenaming(true)}
      />
    </header>
  );
}
