import type { Sql } from "#db/client.ts";

interface SignOptions {
  sql: Sql;
  id: string;
  /** Why this node cannot hear the others, in words. */
  trouble: () => string | undefined;
  onError: (error: unknown) => void;
}

const everyMs = 2_000;
const lookMs = 250;

/**
 * Writes down that this node lives and whether it hears the others, at once when that changes: in the database, where
 * `/readyz` and the doctor read it, and everybody who must not rest on a node that cannot hear.
 */
export async function startSign({ sql, id, trouble, onError }: SignOptions): Promise<() => Promise<void>> {
  let said: string | undefined;
  let saidMs = 0;
  let busy = Promise.resolve();

  async function say(): Promise<void> {
    const now = trouble();
    if (now === said && Date.now() - saidMs < everyMs) return;
    await sql`insert into realtime_nodes (id, beat_at, trouble) values (${id}, now(), ${now ?? null})
      on conflict (id) do update set beat_at = excluded.beat_at, trouble = excluded.trouble`;
    said = now;
    saidMs = Date.now();
  }

  await say();
  const timer = setInterval(() => {
    busy = busy.then(say).catch(onError);
  }, lookMs);
  return async () => {
    clearInterval(timer);
    await busy;
    await sql`delete from realtime_nodes where id = ${id}`;
  };
}
