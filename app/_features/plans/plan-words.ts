import { money } from "#app/_ui/format.ts";
import type { PlanForecast } from "#server/forecasts/schema.ts";

/** "45 min", "3 h 10 min" */
export function span(minutes: number): string {
  const whole = Math.max(1, Math.round(minutes));
  if (whole < 60) return `${whole} min`;
  return whole % 60 === 0 || whole >= 600
    ? `${Math.round(whole / 60)} h`
    : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

/** "done by 14:10–15:00", with the day where it is another one. */
export function doneBy({ endsAt }: Pick<PlanForecast, "endsAt">, now: number): string {
  const [low, high] = [new Date(endsAt.low), new Date(endsAt.high)];
  const sameDay = low.toDateString() === high.toDateString();
  const today = new Date(now).toDateString();
  const time = (at: Date) => at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const day = (at: Date) =>
    at.toDateString() === today ? "" : `${at.toLocaleDateString("en", { month: "short", day: "numeric" })} `;
  return `done by ${day(low)}${time(low)}–${sameDay ? "" : day(high)}${time(high)}`;
}

/** "$3.10–$4.40" */
export const priceTag = ({ costMicros }: Pick<PlanForecast, "costMicros">): string =>
  costMicros.high === 0 ? "no cost known yet" : `${money(costMicros.low)}–${money(costMicros.high)}`;
