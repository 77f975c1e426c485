/** Agents that are given nothing for a while, since the last thing they were given could not be done just then. */
export interface Rests {
  /** For so many seconds; left out: longer each time, from 2 s to 5 minutes. */
  rest(agentId: string, seconds: number | undefined): void;
  isResting: (agentId: string) => boolean;
  clear(agentId: string): void;
}

export function openRests(): Rests {
  const resting = new Map<string, { until: number; times: number }>();
  return {
    rest(agentId, seconds) {
      const times = (resting.get(agentId)?.times ?? 0) + 1;
      const own = Math.min(300, 2 ** times);
      resting.set(agentId, { until: Date.now() + Math.max(seconds ?? own, 0.5) * 1_000, times });
    },
    isResting: (agentId) => (resting.get(agentId)?.until ?? 0) > Date.now(),
    clear: (agentId) => void resting.delete(agentId),
  };
}
