import { sql } from "drizzle-orm";
import type { Actor, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { asSystem, findLiveKeys } from "./actor.ts";

type Credentials = Pick<Actor, "kind" | "id" | "orgId" | "keyId" | "signInId" | "familyId">;

/** Ends what is still open when that ends with which somebody came in: the key, the sign-in, the tokens, the membership. */
export interface AccessWatch {
  /**
   * Runs what waits, with a signal that also ends with the caller's access.
   * @throws AppError unauthenticated when that happened: what came out meanwhile is not for them.
   */
  whileAdmitted<Result>(
    actor: Credentials,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Result> | Result,
  ): Promise<Result>;
  /** The same answer, whose stream of events also ends with the caller's access. Any other answer is left as it is. */
  ending(response: Response, actor: Credentials): Response;
  close(): void;
}

interface Watched extends Credentials {
  end(): void;
}

/**
 * One for the process: all open requests share one look per change of access (and per poll, for what ends by time alone),
 * of three queries whatever their number.
 */
export function openAccessWatch({
  onError,
  ...runtime
}: Pick<Runtime, "db" | "wake" | "settings"> & { onError: (error: unknown) => void }): AccessWatch {
  const watched = new Set<Watched>();
  let looking = false;
  let again = false;

  async function look() {
    // Something may end while a look is under way: that look has not seen it, so another follows.
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && watched.size > 0) {
        again = false;
        await endThoseOutside(runtime, [...watched]);
      }
    } catch (error) {
      onError(error);
    } finally {
      looking = false;
    }
  }

  /** Calls `end` once, if ever. @returns the way to stop watching. */
  function watch(actor: Credentials, end: () => void): () => void {
    const { kind, id, orgId, keyId, signInId, familyId } = actor;
    if (!keyId && !signInId && !familyId) return () => {};
    const one: Watched = {
      ...{ kind, id, orgId, ...(keyId && { keyId }), ...(signInId && { signInId }), ...(familyId && { familyId }) },
      end() {
        watched.delete(one);
        end();
      },
    };
    watched.add(one);
    return () => watched.delete(one);
  }

  const close = runtime.wake.on("access_changed", () => void look());
  return {
    close,
    async whileAdmitted(actor, signal, work) {
      const ended = new AbortController();
      const stop = watch(actor, () => ended.abort(noLongerIn()));
      try {
        const result = await work(signal ? AbortSignal.any([signal, ended.signal]) : ended.signal);
        ended.signal.throwIfAborted();
        return result;
      } finally {
        stop();
      }
    },
    ending(response, actor) {
      const { body, headers, status } = response;
      if (!body || !headers.get("content-type")?.startsWith("text/event-stream")) return response;
      return new Response(
        untilEnded(body, (end) => watch(actor, end)),
        { status, headers },
      );
    },
  };
}

/** The bytes of a stream until it is over or is ended. */
function untilEnded(
  source: ReadableStream<Uint8Array>,
  watch: (end: () => void) => () => void,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let stop = () => {};
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      stop = watch(() => {
        isOver = true;
        controller.close();
        void reader.cancel().catch(() => {});
      });
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (isOver) return;
      if (!done) return controller.enqueue(value);
      stop();
      controller.close();
    },
    cancel(reason) {
      stop();
      return reader.cancel(reason);
    },
  });
}

async function endThoseOutside(
  runtime: Pick<Runtime, "db" | "wake" | "settings">,
  watched: readonly Watched[],
): Promise<void> {
  const keyIds = [...new Set(watched.flatMap(({ keyId }) => keyId ?? []))];
  const signInIds = [...new Set(watched.flatMap(({ signInId, familyId }) => signInId ?? familyId ?? []))];
  const people = watched.filter(({ kind, orgId }) => kind === "user" && orgId !== "");
  const live = await asSystem(runtime, async ({ tx }) => {
    const keys = keyIds.length > 0 ? await findLiveKeys(tx, keyIds) : new Set<string>();
    const signIns = await tx.execute<{ id: string }>(sql`select id from sign_ins
      where id = any(${`{${signInIds.join(",")}}`}::uuid[]) and revoked_at is null and expires_at > now()`);
    const members = await tx.execute<{ who: string }>(sql`select org_id || '|' || user_id as who from memberships
      where user_id = any(${`{${people.map(({ id }) => id).join(",")}}`}::uuid[]) and status = 'active'`);
    return { keys, signIns: new Set(signIns.map(({ id }) => id)), members: new Set(members.map(({ who }) => who)) };
  });
  for (const one of watched) {
    const { kind, id, orgId, keyId, familyId, signInId = familyId } = one;
    const isIn =
      (!keyId || live.keys.has(keyId)) &&
      (!signInId || live.signIns.has(signInId)) &&
      (kind !== "user" || orgId === "" || live.members.has(`${orgId}|${id}`));
    if (!isIn) one.end();
  }
}

const noLongerIn = (): AppError =>
  new AppError(
    "unauthenticated",
    "What you came with has ended: the key, the sign-in or the membership. Sign in again.",
  );
