import { connectAlone, type Sql } from "#db/client.ts";

/**
 * "One worker at a time", for work that outlives a transaction: session locks on one connection of their own, open
 * while anything is held. When that connection dies, another worker may begin while this one still works, so a lock
 * only keeps workers from doing the same twice; that nothing is done wrongly is up to the rows and refs they change by
 * compare-and-set.
 */
export interface Locks {
  /** Takes the name unless somebody holds it, here or in another process. @returns the way to give it back. */
  take(name: string): Promise<(() => Promise<void>) | undefined>;
}

const sessions = new WeakMap<Sql, Locks>();

/** The locks of a process, by its pool: one session for all that hold some. */
export function locksOf(sql: Sql): Locks {
  const locks = sessions.get(sql) ?? openLocks(sql);
  sessions.set(sql, locks);
  return locks;
}

function openLocks(sql: Sql): Locks {
  const names = new Set<string>();
  let session: Sql | undefined;

  async function letGo(name: string): Promise<void> {
    names.delete(name);
    if (names.size > 0) return;
    const idle = session;
    session = undefined;
    await idle?.end({ timeout: 5 }).catch(() => undefined);
  }

  return {
    async take(name) {
      // A session may take its own lock twice; this process may not.
      if (names.has(name)) return undefined;
      names.add(name);
      try {
        session ??= connectAlone(sql);
        const current = session;
        const [row] = await current`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as taken`;
        if (row?.taken !== true) {
          await letGo(name);
          return undefined;
        }
        return async () => {
          // A broken session has lost its locks by itself.
          await current`select pg_advisory_unlock(hashtextextended(${name}, 0))`.catch(() => undefined);
          await letGo(name);
        };
      } catch (error) {
        await letGo(name);
        throw error;
      }
    },
  };
}
