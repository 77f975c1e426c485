import clsx from "clsx";
import type { z } from "zod";
import type { realtimeStats } from "#server/realtime/schema.ts";

export type RealtimeStats = z.output<typeof realtimeStats>;
type Minute = RealtimeStats["minutes"][number];

type HourBarsProps = {
  name: string;
  minutes: readonly Minute[];
  valueOf: (minute: Minute) => number;
  tone?: "accent" | "warning";
  /** What is counted: what happens within a minute, or what stands at once. */
  per?: "in a minute" | "at once";
};

/** One figure of sixty minutes, as bars; the most of a minute in words. */
export function HourBars({ name, minutes, valueOf, tone = "accent", per = "in a minute" }: HourBarsProps) {
  const most = Math.max(...minutes.map(valueOf));
  const busiest = minutes.find((minute) => valueOf(minute) === most);
  return (
    <figure>
      <figcaption className="mb-1 flex justify-between gap-2 text-small">
        <span className="font-medium">{name}</span>
        <span className="text-muted tabular-nums">{most === 0 ? "none" : `at most ${most} ${per}`}</span>
      </figcaption>
      <svg
        viewBox="0 0 240 40"
        preserveAspectRatio="none"
        role="img"
        aria-label={
          most === 0 || !busiest
            ? `${name}: none in the last hour`
            : `${name}: at most ${most} ${per}, at ${clock.format(new Date(busiest.at))}`
        }
        className="h-16 w-full rounded-md border bg-canvas"
      >
        {minutes.map((minute, index) => {
          const height = most === 0 ? 0 : Math.max(valueOf(minute) > 0 ? 2 : 0, (valueOf(minute) / most) * 37);
          return (
            <rect
              key={minute.at}
              x={index * 4 + 0.5}
              y={40 - height}
              width="3"
              height={height}
              className={clsx(tone === "warning" ? "fill-warning" : "fill-accent")}
            >
              <title>{`${clock.format(new Date(minute.at))}: ${valueOf(minute)}`}</title>
            </rect>
          );
        })}
      </svg>
      <p aria-hidden="true" className="flex justify-between text-micro text-faint">
        <span>an hour ago</span>
        <span>now</span>
      </p>
    </figure>
  );
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
