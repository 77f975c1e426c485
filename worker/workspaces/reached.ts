/** Hosts that are told one by one; what is more is counted. */
const mostTold = 50;

/** What a set-up reached and what it was refused, a line for each. */
export interface Reached {
  connect(host: string): void;
  receive(host: string, bytes: number): void;
  /** Said once for each key. */
  refuse(key: string, words: string): void;
  lines(): string[];
}

export function keepReached(onRefused: (words: string) => void = () => undefined): Reached {
  const hosts = new Map<string, { connections: number; bytes: number }>();
  const refused = new Map<string, string>();
  let untold = 0;
  return {
    connect(host) {
      const known = hosts.get(host) ?? { connections: 0, bytes: 0 };
      known.connections++;
      hosts.set(host, known);
    },
    receive(host, bytes) {
      const known = hosts.get(host);
      if (known) known.bytes += bytes;
    },
    refuse(key, words) {
      if (refused.has(key)) return;
      if (refused.size >= mostTold) return void untold++;
      refused.set(key, words);
      onRefused(words);
    },
    lines() {
      const reached = [...hosts].toSorted(([, a], [, b]) => b.bytes - a.bytes);
      const told = reached.slice(0, mostTold).map(([host, { connections, bytes }]) => {
        const often = `${connections} connection${connections === 1 ? "" : "s"}`;
        return `The set-up reached ${host} (${often}, ${sizeWords(bytes)}).`;
      });
      const rest = reached.length - told.length;
      return [
        ...told,
        ...(rest > 0 ? [`It reached ${rest} more hosts.`] : []),
        ...new Set(refused.values()),
        ...(untold > 0 ? [`It was refused ${untold} times more.`] : []),
      ];
    },
  };
}

const sizeWords = (bytes: number): string =>
  bytes < 1024 ** 2 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
