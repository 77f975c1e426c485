import type { drizzle } from "drizzle-orm/postgres-js";

type Db = ReturnType<typeof drizzle>;
type Work = Db["transaction"];

interface Lane {
  db: Db;
  /** The callback of a transaction runs on it. */
  inWork: boolean;
  /** Its connection was cut while it did. */
  cut: boolean;
}

/**
 * Where transactions run: each on a client with one connection of its own, first come, first served.
 *
 * A pool of postgres.js gives a connection that was cut under a transaction to the next one, while the callback of the
 * first still runs: what that asks for, and its commit or rollback, happen in the transaction of somebody else, or the
 * connection is lost to the pool for good (postgres.js #1186, #1215, open in 3.4.9; client.test.ts shows it). So a
 * client whose connection was cut under a transaction is never used again.
 */
export function openLanes(open: (onclose: () => void) => Db, size: number) {
  const lanes = new Set<Lane>();
  const idle: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
  let closing = false;

  function make(): Lane {
    const lane: Lane = {
      db: open(() => {
        if (lane.inWork) lane.cut = true;
      }),
      inWork: false,
      cut: false,
    };
    lanes.add(lane);
    if (closing) void lane.db.$client.end({ timeout: 0 });
    return lane;
  }

  function take(): Promise<Lane> | Lane {
    // The one used last has the most plans in memory.
    const free = idle.pop();
    if (free) return free;
    if (lanes.size < size) return make();
    return new Promise((resolve) => waiting.push(resolve));
  }

  function giveBack(lane: Lane): void {
    if (lane.cut) {
      lanes.delete(lane);
      void lane.db.$client.end({ timeout: 0 });
    }
    const next = waiting.shift();
    if (next) next(lane.cut ? make() : lane);
    else if (!lane.cut) idle.push(lane);
  }

  const transaction: Work = async (work, config) => {
    const lane = await take();
    try {
      return await lane.db.transaction((tx) => {
        lane.inWork = true;
        return work(tx);
      }, config);
    } finally {
      lane.inWork = false;
      giveBack(lane);
    }
  };

  return {
    transaction,
    /** Lets what runs end, for five seconds; what comes later is refused by clients that have ended. */
    async close(): Promise<void> {
      closing = true;
      await Promise.all([...lanes].map(({ db }) => db.$client.end({ timeout: 5 })));
    },
  };
}
