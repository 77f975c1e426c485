"use client";

import clsx from "clsx";
import { useNow } from "#app/_ui/clock.ts";
import { duration } from "#app/_ui/format.ts";
import type { Connection } from "./shell-props.ts";

const words: Record<Connection, string> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  offline: "Offline",
};

const dots: Record<Connection, string> = {
  connecting: "animate-shimmer bg-line-strong",
  live: "bg-success",
  reconnecting: "animate-shimmer border-[1.5px] border-warning",
  offline: "border-[1.5px] border-danger",
};

/** Whether what is on the page is what the server holds; if not, how old it is. */
export function ConnectionState({ connection, lastUpdateAt }: { connection: Connection; lastUpdateAt: string | null }) {
  const isStale = connection === "reconnecting" || connection === "offline";
  return (
    <span
      role="status"
      className="inline-flex shrink-0 items-center gap-1.5 px-1.5 text-app whitespace-nowrap sm:min-w-24"
    >
      <span aria-hidden="true" className={clsx("size-2 rounded-full", dots[connection])} />
      <span className={isStale ? "font-medium text-warning" : "text-muted"}>{words[connection]}</span>
      {isStale && lastUpdateAt ? <LastUpdate at={lastUpdateAt} /> : null}
    </span>
  );
}

// Counts aloud only in the text, never to a screen reader: a number a second is noise.
function LastUpdate({ at }: { at: string }) {
  const now = useNow(1);
  return (
    <span aria-hidden="true" className="text-muted">
      <span className="max-lg:hidden">last update </span>
      {now === null ? "" : `${duration(Math.max(0, now - new Date(at).getTime()) / 1000)} ago`}
    </span>
  );
}
