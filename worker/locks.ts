import type { Sql } from "#db/client.ts";

/**
 * "One worker at a time", for work that outlives a transaction: session locks on one connection of its own. When that
 * connection dies, another worker may begin while this one still works, so a lock only keeps workers from doing the
 * same twice; that nothing is done wrongly is up to the rows and refs they change by compare-and-set.
 */
export interface Locks {
  /** Takes the name unless somebody holds it, here or in another process. @returns the way to give it back. */
  take(name: string): Promise<(() => Promise<void>) | undefined>;
  close(): Promise<void>;
}

export function openLocks(sql: Sql): Locks {
  const held = new Set<string>();
  let connection: ReturnType<Sql["reserve"]> | undefined;

  async function ask(query: "lock" | "unlock", name: string): Promise<boolean> {
    connection ??= sql.reserve();
    try {
      const reserved = await connection;
      const [row] =
        query === "lock"
          ? await reserved`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as done`
          : await reserved`select pg_advisory_unlock(hashtextextended(${name}, 0)) as done`;
      return row?.done === true;
    } catch (error) {
      // Broken, and its locks are gone with it: the next question gets a new one.
      const broken = connection;
      connection = undefined;
      void broken?.then((reserved) => reserved.release()).catch(() => undefined);
      throw error;
    }
  }

  return {
    async take(name) {
      // A session may take its own lock twice; this process may not.
      if (held.has(name)) return undefined;
      held.add(name);
      const taken = await ask("lock", name).catch((error: unknown) => {
        held.delete(name);
        throw error;
      });
      if (!taken) held.delete(name);
      if (!taken) return undefined;
      return async () => {
        await ask("unlock", name).catch(() => false);
        held.delete(name);
      };
    },
    async close() {
      const open = connection;
      connection = undefined;
      // Locks belong to the session, not to the loan of it: let go of them before the pool gives it to others.
      await open?.then(async (reserved) => {
        await reserved`select pg_advisory_unlock_all()`.catch(() => undefined);
        reserved.release();
      });
    },
  };
}
