import type { KeyOverlap, KeyScope } from "#db/enums.ts";
import type { ApiKey } from "#server/api-keys/schema.ts";
import type { Tone } from "#app/_ui/badge.tsx";

export const scopeWords: Record<KeyScope, { label: string; may: string }> = {
  agent: { label: "Agent", may: "Tasks, messages and reviews: what an agent needs." },
  read: { label: "Read", may: "Reading only." },
  all: { label: "All", may: "Whatever its holder may." },
};

export const keyStatusWords: Record<ApiKey["status"], { label: string; tone: Tone }> = {
  active: { label: "Active", tone: "success" },
  expired: { label: "Expired", tone: "neutral" },
  revoked: { label: "Revoked", tone: "neutral" },
  suspended: { label: "Suspended", tone: "warning" },
};

/** How long a key can live, for those who choose. */
export const lifetimes = [
  { value: "never", label: "Does not expire", days: null },
  { value: "7", label: "7 days", days: 7 },
  { value: "30", label: "30 days", days: 30 },
  { value: "90", label: "90 days", days: 90 },
  { value: "365", label: "A year", days: 365 },
] as const;

/** How long a replaced key stays valid beside the new one. */
export const overlaps: readonly { value: KeyOverlap; label: string }[] = [
  { value: "1h", label: "An hour" },
  { value: "24h", label: "A day" },
  { value: "7d", label: "A week" },
];
