const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 120;

/** Back-off by repository, with what is being waited for. */
export function createDelays(now: () => number = Date.now) {
  const waits = new Map<string, { until: number; seconds: number; reason: string }>();
  return {
    isWaiting: (repoId: string) => (waits.get(repoId)?.until ?? 0) > now(),
    reasonOf: (repoId: string) => waits.get(repoId)?.reason,
    wait(repoId: string, reason: string) {
      const seconds = Math.min((waits.get(repoId)?.seconds ?? FIRST_SECONDS / 2) * 2, LONGEST_SECONDS);
      waits.set(repoId, { until: now() + seconds * 1000, seconds, reason });
    },
    clear: (repoId: string) => waits.delete(repoId),
  };
}
