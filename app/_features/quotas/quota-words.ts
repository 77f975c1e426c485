import { money, tokenCount } from "#app/_ui/format.ts";
import type { Quota } from "#server/quotas/schema.ts";

export type QuotaName = keyof Quota;

/** What a quota limits, in the order people think of it. */
export const quotaNames = ["sessionsAtOnce", "hoursADay", "tokensADay", "microsADay"] as const;

export const quotaWords: Record<QuotaName, { label: string; field: string; unit: number }> = {
  sessionsAtOnce: { label: "Sessions at once", field: "Sessions at once", unit: 1 },
  hoursADay: { label: "Hours today", field: "Hours a day, all sessions together", unit: 1 },
  tokensADay: { label: "Tokens today", field: "Tokens a day", unit: 1 },
  microsADay: { label: "Spent today", field: "Dollars a day", unit: 1_000_000 },
};

/** "3 of 5", "$1.20 of $50", or what is used alone where there is no limit. */
export function quotaText(name: QuotaName, used: number | null, limit: number | null): string {
  const shown = amount(name, used ?? 0);
  return limit === null ? shown : `${shown} of ${amount(name, limit)}`;
}

/** A limit as words, for a list: "5 sessions at once". */
export function limitText(name: QuotaName, limit: number | null): string | null {
  if (limit === null) return null;
  const words = {
    sessionsAtOnce: "at once",
    hoursADay: "hours a day",
    tokensADay: "tokens a day",
    microsADay: "a day",
  };
  return `${amount(name, limit)} ${words[name]}`;
}

function amount(name: QuotaName, value: number): string {
  if (name === "microsADay") return money(value);
  if (name === "tokensADay") return tokenCount(value);
  return name === "hoursADay" ? String(Math.round(value * 10) / 10) : String(value);
}
