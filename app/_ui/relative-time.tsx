"use client";

import { useNow } from "./clock.ts";
import { duration, relativeTime } from "./format.ts";

// In the words and the time zone of whoever looks; only used once their clock is known.
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** How long ago; the exact moment on hover. Until the browser's clock is known it shows the date, which both sides agree on. */
export function RelativeTime({ at }: { at: string | number | Date }) {
  const now = useNow();
  const moment = new Date(at);
  const iso = moment.toISOString();
  return (
    <time dateTime={iso} title={now === null ? iso : exact.format(moment)} className="whitespace-nowrap">
      {now === null ? iso.slice(0, 10) : relativeTime(moment.getTime(), now)}
    </time>
  );
}

/** How old something is, counting up: the age of a lease. Renewed every 10 seconds. */
export function Age({ since, label }: { since: string | number | Date; label?: string }) {
  const now = useNow(10);
  const moment = new Date(since);
  return (
    <time dateTime={moment.toISOString()} title={moment.toISOString()} className="whitespace-nowrap">
      {label ? <span className="sr-only">{label} </span> : null}
      {now === null ? "–" : duration((now - moment.getTime()) / 1000)}
    </time>
  );
}
