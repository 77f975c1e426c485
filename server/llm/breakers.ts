import { CircuitState, circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleWhen } from "cockatiel";
import type { Db } from "#db/client.ts";
import type { Credential } from "./candidates.ts";
import { CallFailure } from "./failures.ts";

/** After so many failures in a row nothing is tried for a while, each time longer. */
const failuresToOpen = 5;

const makeBreaker = () =>
  circuitBreaker(
    handleWhen((error) => error instanceof CallFailure && (error.kind === "passing" || error.kind === "busy")),
    {
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 5_000, maxDelay: 120_000 }),
      breaker: new ConsecutiveBreaker(failuresToOpen),
    },
  );

type Breaker = ReturnType<typeof makeBreaker>;

// By the pool: the breakers of a process live as long as its runtime, and two runtimes of a test do not share them.
const registers = new WeakMap<Db, Map<string, { changedAt: string; breaker: Breaker }>>();

type Changed = Pick<Credential, "id" | "changedAt">;

/**
 * The breaker of a credential, which is one provider of one organization: others are not held up by it. Saved anew, the
 * credential has a new one: what failed with another key or at another address says nothing about this one.
 */
export function breakerOf({ db }: { db: Db }, { id, changedAt }: Changed): Breaker {
  const register = registers.get(db) ?? new Map<string, { changedAt: string; breaker: Breaker }>();
  registers.set(db, register);
  const known = register.get(id);
  // A call that was prepared before the change does not bring the old one back.
  if (known && known.changedAt >= changedAt) return known.breaker;
  const breaker = makeBreaker();
  register.set(id, { changedAt, breaker });
  return breaker;
}

/** Nothing is tried there now; after a while one call is let through to see. */
export const isOpen = (runtime: { db: Db }, credential: Changed): boolean =>
  breakerOf(runtime, credential).state === CircuitState.Open;
