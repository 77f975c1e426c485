import type { Db } from "#db/client.ts";
import { badKey, findLiveKeys } from "../auth/actor.ts";
import type { Settings } from "../context.ts";
import { systemActor } from "../context.ts";
import type { Wake } from "../events/wake.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { giveBack } from "../leases/jobs.ts";
import { claimFor, type Grant } from "../leases/service.ts";
import { claimReviews } from "../reviews/service.ts";
import { type Addressed, type Notice, putBack, takeNotices } from "./notices.ts";
import { chooseIdle, findOffers, type Idle, seekersOf } from "./offers.ts";

/** What a waiting agent is given: a task under a lease, a review to write, or something to know. */
export type Offer =
  | Notice
  | { kind: "task"; taskId: string; leaseId: string }
  | { kind: "review"; taskId: string; reviewId: string };

export interface Parking {
  /**
   * Waits until something is ready for the agent, the time is over (undefined), or the caller hung up (undefined).
   * @throws AppError unauthenticated when the key they came with ends meanwhile.
   */
  park(seat: Seat, options: { timeoutSeconds: number; signal?: AbortSignal | undefined }): Promise<Offer | undefined>;
  waiting(): number;
  close(): void;
}

export interface Seat extends Idle {
  /** The key the caller came with. */
  keyId?: string | undefined;
  /** All its slots wait for answers of people: it is told things, and offered nothing. */
  isFull?: boolean | undefined;
}

interface Waiter extends Seat {
  give(offer: Offer | undefined): void;
  turnAway(): void;
}

/**
 * Where agents without work wait, all requests of this process together: a thousand of them hold no transaction and cost
 * one query a wake-up. Served in the order of arrival; whoever is given something leaves the line.
 */
export function openParking({
  db,
  wake,
  settings,
  onError,
}: {
  db: Db;
  wake: Wake;
  settings: Settings;
  onError: (error: unknown) => void;
}): Parking {
  const waiters = new Set<Waiter>();
  const runtime = { db, wake, settings };
  let serving = false;
  let again = false;

  async function serve() {
    again = true;
    if (serving) return;
    serving = true;
    try {
      while (again && waiters.size > 0) {
        again = false;
        if (await serveOnce()) again = true;
      }
    } catch (error) {
      onError(error);
    } finally {
      serving = false;
    }
  }

  /** @returns whether anything was given, so that it is worth looking again. */
  async function serveOnce(): Promise<boolean> {
    const line = [...waiters];
    const requestId = `dispatch-${newId()}`;
    const [actor, options] = [systemActor("", "dispatcher"), { requestId, system: true }];
    const { reviewers, ...first } = await inTransaction(runtime, actor, options, async (context) => {
      const offers = await findOffers(context.tx, line);
      const notices = await takeNotices(
        context,
        line.filter(({ agentId }) => offers.noticed.has(agentId)),
      );
      const told = new Set(notices.map(({ agentId }) => agentId));
      // Who is told something looks for work again afterwards.
      const chosen = chooseIdle(
        line.filter(({ agentId, isFull }) => !told.has(agentId) && !isFull),
        offers,
      );
      const tasks = await claimFor(context, seekersOf(chosen.filter(({ reviews }) => !reviews)));
      return { notices, tasks, reviewers: seekersOf(chosen.filter(({ reviews }) => reviews)) };
    });
    // In a transaction of their own: both hold agents and teams before what they hand out.
    const reviews =
      reviewers.length > 0
        ? await inTransaction(runtime, actor, options, (context) => claimReviews(context, reviewers))
        : [];
    const given = { ...first, reviews };
    const unknown = given.notices.filter(({ agentId, notice }) => !hand(agentId, notice));
    const unheard = given.tasks.filter(
      ({ agentId, taskId, leaseId }) => !hand(agentId, { kind: "task", taskId, leaseId }),
    );
    // A review handed to nobody stays assigned to its reviewer and is offered again first.
    for (const { agentId, reviewId, taskId } of given.reviews) hand(agentId, { kind: "review", reviewId, taskId });
    // Last, so that nobody who still waits is kept waiting by those who left.
    for (const grant of unheard) await takeBack(grant).catch(onError);
    for (const notice of unknown) await takeNoticeBack(notice).catch(onError);
    return given.notices.length + given.tasks.length + given.reviews.length > 0;
  }

  function hand(agentId: string, offer: Offer): boolean {
    for (const waiter of waiters) {
      if (waiter.agentId !== agentId) continue;
      waiter.give(offer);
      return true;
    }
    return false;
  }

  /** The agent hung up between being chosen and being told: nobody knows of the lease, so it ends at once. */
  async function takeBack(grant: Grant) {
    await inTransaction(
      runtime,
      systemActor(grant.orgId, "dispatcher"),
      { requestId: `dispatch-${newId()}` },
      (context) => giveBack(context, grant),
    );
  }

  async function takeNoticeBack(unknown: Addressed) {
    const options = { requestId: `dispatch-${newId()}` };
    await inTransaction(runtime, systemActor(unknown.orgId, "dispatcher"), options, (context) =>
      putBack(context, unknown),
    );
  }

  let checking = false;
  let checkAgain = false;
  /** Whoever waits with a key that ended would be given work that nobody may do. */
  async function turnAwayEnded() {
    // A key may end while a look is under way: that look has not seen it, so another follows.
    checkAgain = true;
    if (checking) return;
    checking = true;
    try {
      while (checkAgain) {
        checkAgain = false;
        await turnAwayOnce();
      }
    } catch (error) {
      onError(error);
    } finally {
      checking = false;
    }
  }

  async function turnAwayOnce() {
    const keyIds = new Set([...waiters].flatMap(({ keyId }) => keyId ?? []));
    if (keyIds.size === 0) return;
    const actor = systemActor("", "dispatcher");
    const live = await inTransaction(runtime, actor, { requestId: `dispatch-${newId()}`, system: true }, ({ tx }) =>
      findLiveKeys(tx, [...keyIds]),
    );
    for (const waiter of waiters)
      if (waiter.keyId && keyIds.has(waiter.keyId) && !live.has(waiter.keyId)) waiter.turnAway();
  }

  // Keys also end by time alone: the poll looks every second.
  const off = [
    wake.on("task_status_changed", () => void serve()),
    wake.on("human_request_resolved", () => void serve()),
    wake.on("new_message", () => void serve()),
    wake.on("access_changed", () => void turnAwayEnded()),
  ];

  return {
    park(seat, { timeoutSeconds, signal }) {
      return new Promise((resolve, reject) => {
        const standUp = () => {
          waiters.delete(waiter);
          clearTimeout(timer);
          signal?.removeEventListener("abort", leave);
        };
        const waiter: Waiter = {
          ...seat,
          give(offer) {
            standUp();
            resolve(offer);
          },
          turnAway() {
            standUp();
            reject(badKey());
          },
        };
        const leave = () => waiter.give(undefined);
        const timer = setTimeout(leave, timeoutSeconds * 1000);
        signal?.addEventListener("abort", leave, { once: true });
        waiters.add(waiter);
        if (signal?.aborted) leave();
        else void serve();
      });
    },
    waiting: () => waiters.size,
    close() {
      for (const stop of off) stop();
      for (const waiter of waiters) waiter.give(undefined);
    },
  };
}
