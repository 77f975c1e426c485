"use client";

import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { money } from "#app/_ui/format.ts";
import type { DayCost } from "./every-day.ts";

const tick = { fill: "var(--muted)", fontSize: 11 };

/** A bar a day. The words for it stand in the table beside it. */
export function CostChart({ days }: { days: readonly DayCost[] }) {
  return (
    <div className="h-48">
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={[...days]} margin={{ top: 4, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="day"
            tickFormatter={(day: string) => day.slice(5)}
            tick={tick}
            tickLine={false}
            axisLine={{ stroke: "var(--line)" }}
            minTickGap={24}
          />
          <YAxis
            width={56}
            tickFormatter={(dollars: number) => money(dollars * 1_000_000)}
            tick={tick}
            tickLine={false}
            axisLine={false}
          />
          <Tooltip
            cursor={{ fill: "var(--hover)" }}
            content={({ active, payload }) => {
              const shown: unknown = payload?.[0]?.payload;
              return active && isDay(shown) ? <DayTip {...shown} /> : null;
            }}
          />
          <Bar dataKey="dollars" fill="var(--accent)" radius={[3, 3, 0, 0]} maxBarSize={28} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

function DayTip({ day, dollars }: DayCost) {
  return (
    <p className="rounded-md border bg-raised px-2 py-1 text-small">
      <span className="text-muted">{day}</span>{" "}
      <span className="font-medium tabular-nums">{money(dollars * 1_000_000)}</span>
    </p>
  );
}

const isDay = (value: unknown): value is DayCost => typeof value === "object" && value !== null && "dollars" in value;
