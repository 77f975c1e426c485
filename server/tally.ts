declare global {
  // Next bundles route modules apart from the process that serves them; globalThis is what they share.
  var entourageTally: Tally | undefined;
}

/** What is counted over all organizations, each with one label of a bounded number of words. */
export type Counted =
  | "refusals"
  | "rateLimits"
  | "events"
  | "channelMessages"
  | "realtimeDenials"
  | "sessionTurns"
  | "sessionTurnSeconds"
  | "modelTokens"
  | "modelMicros";
/** What is counted for an organization, by the minute. */
export type OrgCounted = "events" | "rateLimited" | "denied";
export type OrgCounts = Record<OrgCounted, number>;

interface Tally {
  totals: Map<Counted, Map<string, number>>;
  /** Of organizations, since they were last written down. */
  unwritten: Map<string, OrgCounts>;
}

/** More organizations than this between two flushes are counted in the totals alone. */
const mostOrganizations = 10_000;

function tally(): Tally {
  globalThis.entourageTally ??= { totals: new Map(), unwritten: new Map() };
  return globalThis.entourageTally;
}

/** Counts in this process: a map's entry, no round trip, no dependency, so that every bundle may. */
export function count(what: Counted, label: string, by = 1): void {
  const { totals } = tally();
  const labels = totals.get(what) ?? new Map<string, number>();
  totals.set(what, labels.set(label, (labels.get(label) ?? 0) + by));
}

/** Counts for an organization; `writeCounts` of realtime brings it to where all processes see it. */
export function countFor(orgId: string, what: OrgCounted, by = 1): void {
  const { unwritten } = tally();
  if (!orgId || (!unwritten.has(orgId) && unwritten.size >= mostOrganizations)) return;
  const counts = unwritten.get(orgId) ?? { events: 0, rateLimited: 0, denied: 0 };
  counts[what] += by;
  unwritten.set(orgId, counts);
}

/** What was counted since the process began. */
export const counted = (what: Counted): ReadonlyMap<string, number> => tally().totals.get(what) ?? new Map();

/** Takes what is not written down yet; who cannot write it gives it back by `countFor`. */
export function takeUnwritten(): Map<string, OrgCounts> {
  const { unwritten } = tally();
  tally().unwritten = new Map();
  return unwritten;
}
