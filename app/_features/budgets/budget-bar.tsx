import clsx from "clsx";
import type { Budget } from "#server/budgets/schema.ts";
import { budgetText } from "./budget-words.ts";

type Amounts = Pick<Budget, "capMicros" | "settledMicros" | "reservedMicros" | "state">;

const tones = { open: "bg-accent", warned: "bg-warning", stopped: "bg-danger" };

/** How much of a cap is spent and set aside: a bar, and the same in words. */
export function BudgetBar({ label, budget }: { label: string; budget: Amounts }) {
  const { capMicros, settledMicros, reservedMicros, state } = budget;
  const part = (micros: number) => `${capMicros === 0 ? 100 : Math.min(100, (micros / capMicros) * 100)}%`;
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={capMicros / 1_000_000}
      aria-valuenow={Math.min(capMicros, settledMicros + reservedMicros) / 1_000_000}
      aria-valuetext={budgetText(budget)}
      className="flex h-1.5 w-full overflow-hidden rounded-full bg-active"
    >
      <span className={clsx("h-full transition-[width]", tones[state])} style={{ width: part(settledMicros) }} />
      <span
        className={clsx("h-full opacity-45 transition-[width]", tones[state])}
        style={{ width: part(reservedMicros) }}
      />
    </div>
  );
}
