const fieldWords: Record<string, string> = {
  repoId: "repository",
  maxConcurrent: "concurrency",
  autoMerge: "automatic merging",
  leaseSeconds: "life of leases",
  gateCommand: "gate",
  gateTimeoutSeconds: "time-out of the gate",
  mergeStrategy: "merge strategy",
  setupScript: "set-up script",
  setupHosts: "hosts the set-up may reach",
  turnCheck: "check after turns",
  commitCheck: "check before commits",
  defaultAgentKind: "default agent",
};

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

export function fieldsOf(data: object): string {
  const fields = Object.keys(data).map((field) => fieldWords[field] ?? field);
  return fields.length < 2 ? (fields[0] ?? "settings") : `${fields.slice(0, -1).join(", ")} and ${fields.at(-1)}`;
}

/** The first eight letters of a commit, as git prints it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 8);
}

/** How long a pause lasted, where the event says it. */
export const afterPause = ({ pausedSeconds, pausedBy }: { pausedSeconds?: number; pausedBy?: string }): string =>
  pausedSeconds === undefined ? "" : `, ${durationWords(pausedSeconds)} after ${pausedBy ?? "somebody"} paused it`;

export function durationWords(seconds: number): string {
  const [amount, unit] =
    seconds < 90
      ? [seconds, "second"]
      : seconds < 5_400
        ? [Math.round(seconds / 60), "minute"]
        : seconds < 129_600
          ? [Math.round(seconds / 3_600), "hour"]
          : [Math.round(seconds / 86_400), "day"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

export const said = (text: string | undefined): string | undefined => (text === "" ? undefined : text);
