import { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { badKey, findLiveKeys } from "../auth/actor.ts";
import { type Settings, systemActor } from "../context.ts";
import type { Wake } from "../events/wake.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";

/** Where calls wait for answers, all of this process together: one query a wake-up, and no transaction while waiting. */
export interface Answers {
  /**
   * Waits until the request is closed (true), or until the time is over or the caller hung up (false).
   * @throws AppError unauthenticated when the key they came with ends meanwhile.
   */
  wait(
    call: { orgId: string; requestId: string; keyId?: string | undefined },
    options: { timeoutSeconds: number; signal?: AbortSignal | undefined },
  ): Promise<boolean>;
  waiting(): number;
  close(): void;
}

interface Waiter {
  orgId: string;
  requestId: string;
  keyId?: string | undefined;
  end(isClosed: boolean): void;
  turnAway(): void;
}

export function openAnswers({
  db,
  wake,
  settings,
  onError,
}: {
  db: Db;
  wake: Wake;
  settings: Settings;
  onError: (error: unknown) => void;
}): Answers {
  const waiters = new Set<Waiter>();
  let looking = false;
  let again = false;

  /** One look for all; one that is asked for meanwhile follows it. */
  async function look() {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && waiters.size > 0) {
        again = false;
        await lookOnce();
      }
    } catch (error) {
      onError(error);
    } finally {
      looking = false;
    }
  }

  async function lookOnce() {
    const line = [...waiters];
    const asked = JSON.stringify(line.map(({ orgId, requestId }) => ({ o: orgId, r: requestId })));
    const keyIds = [...new Set(line.flatMap(({ keyId }) => keyId ?? []))];
    const actor = systemActor("", "answers");
    const options = { requestId: `answers-${newId()}`, system: true };
    const { closed, live } = await inTransaction({ db, wake, settings }, actor, options, async ({ tx }) => {
      const rows = await tx.execute<{ id: string }>(sql`select h.id from
        (select distinct o, r from jsonb_to_recordset(${asked}::text::jsonb) as q(o uuid, r uuid)) q
        join human_requests h on h.org_id = q.o and h.id = q.r and h.status <> 'pending'`);
      const keys = keyIds.length > 0 ? await findLiveKeys(tx, keyIds) : new Set<string>();
      return { closed: new Set(rows.map(({ id }) => id)), live: keys };
    });
    for (const waiter of line) {
      if (waiter.keyId && !live.has(waiter.keyId)) waiter.turnAway();
      else if (closed.has(waiter.requestId)) waiter.end(true);
    }
  }

  // Keys also end by time alone: the poll looks every second.
  const off = [wake.on("human_request_resolved", () => void look()), wake.on("access_changed", () => void look())];

  return {
    wait({ orgId, requestId, keyId }, { timeoutSeconds, signal }) {
      return new Promise((resolve, reject) => {
        const leave = () => waiter.end(false);
        const timer = setTimeout(leave, timeoutSeconds * 1_000);
        const standUp = () => {
          waiters.delete(waiter);
          clearTimeout(timer);
          signal?.removeEventListener("abort", leave);
        };
        const waiter: Waiter = {
          orgId,
          requestId,
          keyId,
          end(isClosed) {
            standUp();
            resolve(isClosed);
          },
          turnAway() {
            standUp();
            reject(badKey());
          },
        };
        signal?.addEventListener("abort", leave, { once: true });
        waiters.add(waiter);
        if (signal?.aborted) leave();
        else void look();
      });
    },
    waiting: () => waiters.size,
    close() {
      for (const stop of off) stop();
      for (const waiter of waiters) waiter.end(false);
    },
  };
}
